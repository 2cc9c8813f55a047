"""``sumptuary scan aws`` as a process, over HTTP, with all that goes wrong in real accounts."""

from __future__ import annotations

import json
import time
from pathlib import Path

import jsonschema
import pytest

from sources.aws.account import OTHER, REGION, Account
from sources.aws.front import reserved_instances
from sumptuary.sources.aws.collectors import COLLECTORS

TAGS = {"team": "ml", "service": "chat", "environment": "production", "cost_center": "1"}
WASTEFUL = {**TAGS, "workload_type": "inference"}
SCHEMA = Path(__file__).parents[3] / "engine" / "sumptuary" / "reports" / "report.v1.schema.json"
REGIONAL = [collector.name for collector in COLLECTORS if collector.regional]
WASTE = "oversized-gpu-for-inference"


def test_an_account_that_is_all_right_is_complete(account: Account) -> None:
    account.instances("t3.micro", **TAGS)
    run = account.scan("--region", REGION)
    assert run.code == 0
    assert list(run.rows()) == [*((name, REGION) for name in REGIONAL), ("savingsplans.plans", "global")]
    assert run.rows() == run.rows("ok")
    assert run.rows()["ec2.instances", REGION] == {
        "provider": "aws",
        "account": "123456789012",
        "region": REGION,
        "collector": "ec2.instances",
        "status": "ok",
        "resources": "1",
    }


def test_what_breaks_a_policy_is_found_where_it_runs(account: Account) -> None:
    (name,) = account.instances("p4d.24xlarge", **WASTEFUL)
    run = account.scan("--region", REGION)
    assert run.code == 1
    (found,) = [one for one in run.violations if one["policy"] == WASTE]
    assert found["location"] == {"uri": f"arn:aws:ec2:{REGION}:123456789012:instance/{name}"}
    assert found["resource"]["address"] == f"aws_instance.{name}"
    assert (found["resource"]["account"], found["resource"]["region"]) == ("123456789012", REGION)
    assert found["resource"]["tags"]["workload-type"] == "inference"
    assert float(found["savings"]["standalone"]["expected"]) > 1000


def test_the_same_account_gives_the_same_bytes(account: Account) -> None:
    account.instances("p4d.24xlarge", 3, **WASTEFUL)
    account.instances("g5.xlarge", 2, OTHER)
    options = ("--region", REGION, "--region", OTHER, "--now", "2026-11-21T08:00:00Z")
    first, second = account.scan(*options), account.scan(*options)
    assert json.dumps(first.report) == json.dumps(second.report)
    assert {one["resource"]["region"] for one in first.violations} == {REGION, OTHER}


def test_a_denied_call_makes_its_policies_unknown_and_the_run_incomplete(account: Account) -> None:
    account.front.fault("rds", "DescribeDBInstances", OTHER, code="AccessDenied", status=403)
    account.instances("g5.xlarge", region=OTHER)
    run = account.scan("--region", OTHER)
    assert run.code == 3
    assert list(run.rows("denied")) == [("rds.instances", OTHER)]
    assert run.rows()["rds.instances", OTHER]["message"] == "DescribeDBInstances: AccessDenied"
    unknown = [one for one in run.violations if one["status"] == "unknown"]
    assert {one["policy"] for one in unknown} >= {"required-tags", "commitment-coverage"}
    assert {one["resource"]["address"] for one in unknown} == {f"aws:{OTHER}:rds.instances"}
    assert all("nobody knows what runs there" in one["reason"] for one in unknown)
    assert ("required-tags", "fail") in {(one["policy"], one["status"]) for one in run.violations}
    assert run.report["summary"]["resources"] == 1
    jsonschema.validate(run.report, json.loads(SCHEMA.read_text(encoding="utf-8")))
    said = " ".join(run.text.split())
    assert "Not collected: rds.instances in aws, 123456789012, eu-west-1: denied (DescribeDBInstances: Acc" in said
    assert "Judged 1 resource in 11 of 12 collectors" in said
    assert "1 problem above kept something from being judged (exit 3)" in said
    assert account.scan("--region", OTHER, "--allow-incomplete").code == 0


def test_where_instances_are_denied_nothing_else_is_lost(account: Account) -> None:
    account.front.fault("ec2", "DescribeInstances", REGION, code="UnauthorizedOperation", status=403)
    account.instances("p4d.24xlarge", region=OTHER, **WASTEFUL)
    run = account.scan("--region", REGION, "--region", OTHER)
    assert run.code == 1
    assert (WASTE, f"aws:{REGION}:ec2.instances", "unknown") in run.found()
    assert [
        one["resource"]["region"] for one in run.violations if one["policy"] == WASTE and one["status"] == "fail"
    ] == [OTHER]


def test_shares_of_an_estate_that_is_partly_known_are_unknown(account: Account) -> None:
    """An idle reservation proves nothing where the instances that may use it could not be read."""
    account.front.fault("ec2", "DescribeReservedInstances", body=reserved_instances([RESERVED]))
    account.instances("m5.large", 1, **TAGS)
    options = ("--region", REGION, "--now", "2026-11-21T08:00:00Z")
    whole = account.scan(*options)
    assert ("commitment-coverage", "ri-1", "fail") in whole.found()
    account.front.fault("autoscaling", "DescribeAutoScalingGroups", code="AccessDenied", status=403)
    partial = account.scan(*options)
    assert ("commitment-coverage", "ri-1", "unknown") in partial.found()
    assert not [one for one in partial.found() if one[0] == "commitment-coverage" and one[2] != "unknown"]


RESERVED: dict[str, object] = {
    "reservedInstancesId": "ri-1",
    "instanceType": "m5.large",
    "instanceCount": 3,
    "state": "active",
    "start": "2026-01-01T00:00:00.000Z",
    "end": "2027-01-01T00:00:00.000Z",
    "scope": "Region",
    "offeringClass": "standard",
    "productDescription": "Linux/UNIX",
}


def test_where_commitments_are_denied_coverage_is_unknown(account: Account) -> None:
    account.front.fault("ec2", "DescribeReservedInstances", code="UnauthorizedOperation", status=403)
    account.instances("m5.large", 2, **TAGS)
    run = account.scan("--region", REGION)
    assert run.code == 3
    assert {one for one in run.found() if one[0] == "commitment-coverage"} == {
        ("commitment-coverage", f"aws:{REGION}:ec2.reserved-instances", "unknown")
    }
    assert "nobody knows what is committed to there" in " ".join(run.text.split())


def test_what_is_throttled_for_a_while_is_read(account: Account) -> None:
    account.front.fault("ec2", "DescribeInstances", code="RequestLimitExceeded", status=503, times=2)
    account.instances("t3.micro", **TAGS)
    run = account.scan("--region", REGION)
    assert run.code == 0
    assert run.rows()["ec2.instances", REGION]["resources"] == "1"
    assert account.front.calls["ec2", "DescribeInstances", REGION] == 3


def test_what_is_throttled_to_the_end_is_given_up_in_time(account: Account) -> None:
    account.front.fault("ec2", "DescribeVolumes", code="RequestLimitExceeded", status=503)
    account.instances("t3.micro", **TAGS)
    began = time.monotonic()
    run = account.scan("--region", REGION, "--deadline", "4")
    assert time.monotonic() - began < 15
    assert run.code == 3
    assert list(run.rows("throttled")) == [("ec2.volumes", REGION)]
    assert ("required-tags", f"aws:{REGION}:ec2.volumes", "unknown") in run.found()


def test_a_dropped_connection_is_tried_again(account: Account) -> None:
    account.front.fault("ec2", "DescribeInstances", drop=True, times=1)
    account.instances("t3.micro", **TAGS)
    assert account.scan("--region", REGION).rows()["ec2.instances", REGION]["status"] == "ok"


def test_what_fails_otherwise_is_an_error(account: Account) -> None:
    account.front.faults.pop(("ec2", "DescribeReservedInstances", "*"))
    run = account.scan("--region", REGION)
    assert run.code == 3
    assert list(run.rows("error")) == [("ec2.reserved-instances", REGION)]


def regions(**status: str) -> str:
    items = "".join(
        f"<item><regionName>{name.replace('_', '-')}</regionName><optInStatus>{word}</optInStatus></item>"
        for name, word in status.items()
    )
    return f"<DescribeRegionsResponse><regionInfo>{items}</regionInfo></DescribeRegionsResponse>"


def test_without_regions_those_that_are_on_are_read(account: Account) -> None:
    listed = regions(us_east_1="opt-in-not-required", eu_west_1="opted-in", ap_east_1="not-opted-in")
    account.front.fault("ec2", "DescribeRegions", body=listed)
    run = account.scan()
    assert run.code == 0
    assert {region for _, region in run.rows()} == {REGION, OTHER, "global"}


def test_a_region_that_is_off_is_disabled_and_never_asked(account: Account) -> None:
    account.front.fault("ec2", "DescribeRegions", body=regions(us_east_1="opted-in", ap_east_1="not-opted-in"))
    run = account.scan("--region", REGION, "--region", "ap-east-1")
    assert run.code == 3
    assert {region for _, region in run.rows("disabled")} == {"ap-east-1"}
    assert {region for _, region in run.rows("ok")} == {REGION, "global"}
    assert not [call for call in account.front.calls if call[2] == "ap-east-1"]


def test_a_region_that_only_says_so_when_asked_is_disabled_too(account: Account) -> None:
    account.front.fault("ec2", "*", OTHER, code="AuthFailure", status=401)
    run = account.scan("--region", OTHER)
    assert run.rows()["ec2.instances", OTHER]["status"] == "disabled"
    assert "credentials" not in run.error


def test_a_region_that_is_not_is_named_with_the_nearest(account: Account) -> None:
    run = account.scan("--region", "eu-wst-1")
    assert run.code == 2
    assert "there is no region `eu-wst-1`" in run.error
    assert "did you mean `eu-west-1`?" in run.error


def test_regions_that_may_not_be_listed_must_be_named(account: Account) -> None:
    account.front.fault("ec2", "DescribeRegions", code="UnauthorizedOperation", status=403)
    run = account.scan()
    assert run.code == 2
    assert "--region" in run.error
    assert account.scan("--region", REGION).code == 0


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("InvalidClientTokenId", "AWS does not know the credentials"),
        ("ExpiredToken", "the AWS credentials have expired"),
        ("AccessDenied", "AWS refused to sign in"),
    ],
)
def test_credentials_that_do_not_hold_are_a_mistake_in_the_call(account: Account, code: str, said: str) -> None:
    account.front.fault("sts", "GetCallerIdentity", code=code, status=403)
    run = account.scan("--region", REGION)
    assert run.code == 2
    assert said in run.error
    assert "hint: " in run.error


def test_a_role_is_taken_with_its_external_id(account: Account) -> None:
    role = "arn:aws:iam::222222222222:role/reader"
    run = account.scan("--region", REGION, "--role-arn", role, "--external-id", "x-1")
    assert run.code == 0
    assert {row["account"] for row in run.rows().values()} == {"222222222222"}
    assert account.front.calls["sts", "AssumeRole", REGION] == 1


def test_no_secret_of_what_is_read_is_written_anywhere(account: Account) -> None:
    """The canaries are in the user data and environments that these answers hold; ``scan`` looks for them."""
    ec2, sagemaker = account.client("ec2"), account.client("sagemaker")
    account.instances("p4d.24xlarge", **WASTEFUL)
    data = {"InstanceType": "g5.xlarge", "ImageId": account.image(), "UserData": "Y2FuYXJ5LXVzZXItZGF0YQ=="}
    ec2.create_launch_template(LaunchTemplateName="web", LaunchTemplateData=data)
    account.client("autoscaling").create_auto_scaling_group(
        AutoScalingGroupName="web",
        MinSize=1,
        MaxSize=2,
        LaunchTemplate={"LaunchTemplateName": "web"},
        AvailabilityZones=[f"{REGION}a"],
    )
    arn = "arn:aws:iam::123456789012:role/r"
    sagemaker.create_model(
        ModelName="m",
        ExecutionRoleArn=arn,
        PrimaryContainer={"Image": "i", "Environment": {"TOKEN": "canary-environment"}},
    )
    job = {"TrainingJobName": "t", "TrainingJobArn": f"arn:aws:sagemaker:{REGION}:123456789012:training-job/t"}
    secrets = {"HyperParameters": {"token": "canary-environment"}, "Environment": {"TOKEN": "canary-environment"}}
    resources = {"InstanceType": "ml.p4d.24xlarge", "InstanceCount": 2, "VolumeSizeInGB": 100}
    listed = {"TrainingJobSummaries": [{**job, "CreationTime": 1, "TrainingJobStatus": "InProgress"}]}
    described = {**job, **secrets, "ResourceConfig": resources, "TrainingJobStatus": "InProgress", "CreationTime": 1}
    account.front.fault("sagemaker", "ListTrainingJobs", body=json.dumps(listed))
    account.front.fault("sagemaker", "DescribeTrainingJob", body=json.dumps(described))
    account.front.fault("sagemaker", "ListTags", body=json.dumps({"Tags": [{"Key": "team", "Value": "ml"}]}))
    run = account.scan("--region", REGION)
    assert run.rows() == run.rows("ok")
    assert ("training-on-demand", "aws_sagemaker_training_job.t", "fail") in run.found()
    assert "Y2FuYXJ5" not in json.dumps(run.report) + run.text + run.error


def test_a_history_resolves_what_ran_and_is_gone_and_nothing_that_could_not_be_read(account: Account) -> None:
    (name,) = account.instances("p4d.24xlarge", **WASTEFUL)
    options = ("--region", REGION, "--history", "runs.sqlite")
    found = account.scan(*options, "--now", "2026-11-21T08:00:00Z")
    assert "of aws/123456789012: 2 new, 0 reopened, 0 resolved, 2 open" in found.error
    account.front.fault("ec2", "DescribeInstances", code="UnauthorizedOperation", status=403)
    denied = account.scan(*options, "--now", "2026-11-22T08:00:00Z")
    assert "0 resolved, 2 open; of 2 findings it cannot be told" in denied.error
    account.front.reset()
    account.client("ec2").terminate_instances(InstanceIds=[name])
    gone = account.scan(*options, "--now", "2026-11-23T08:00:00Z")
    assert "2 resolved, 0 open" in gone.error


def test_a_savings_plan_covers_what_it_is_for(account: Account) -> None:
    """One for SageMaker leaves instances uncovered; one for EC2 covers them."""
    account.instances("m5.large", **TAGS)
    options = ("--region", REGION, "--now", "2026-11-21T08:00:00Z")
    plan = {"savingsPlanId": "sp-1", "state": "active", "commitment": "1", "currency": "USD"}
    plan |= {"start": "2026-01-01T00:00:00.000Z", "end": "2027-01-01T00:00:00.000Z"}
    covered: dict[str, set[str]] = {}
    for product in ("EC2", "SageMaker"):
        body = json.dumps({"savingsPlans": [{**plan, "productTypes": [product]}]})
        account.front.fault("savingsplans", "DescribeSavingsPlans", body=body)
        found = account.scan(*options).found()
        covered[product] = {address for policy, address, _ in found if policy == "commitment-coverage"}
    assert covered["EC2"] == {"sp-1"}  # the instance is covered; most of the plan lies idle
    assert [address[:13] for address in covered["SageMaker"]] == ["aws_instance."]


def test_what_runs_is_adopted_and_only_what_is_new_blocks(account: Account, tmp_path: Path) -> None:
    (old,) = account.instances("p4d.24xlarge", **WASTEFUL)
    known = tmp_path / "known.json"
    options = ("--region", REGION, "--now", "2026-11-21T08:00:00Z")
    adopted = account.scan(*options, "--adopt", str(known))
    assert adopted.code == 0
    (entry,) = (one for one in json.loads(known.read_text())["findings"] if one["policy"] == WASTE)
    assert (entry["path"], entry["root"]) == (None, f"arn:aws:ec2:{REGION}:123456789012:instance/{old}")
    held = account.scan(*options, "--baseline", str(known))
    assert held.code == 0
    assert {one["status"] for one in held.violations if one["policy"] == WASTE} == {"baselined"}
    account.instances("p4d.24xlarge", **WASTEFUL)
    assert account.scan(*options, "--baseline", str(known)).code == 1
    account.client("ec2").terminate_instances(InstanceIds=[old])
    gone = account.scan(*options, "--baseline", str(known)).report["baseline"]
    assert (gone["mended"], gone["adopted"]) == (1, 2), "the account is as badly covered as it was"
    assert account.scan("--region", OTHER, "--baseline", str(known)).report["baseline"]["mended"] == 0
