"""What collectors make of answers: the attributes that Terraform has, and nothing more."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from sumptuary.sources.aws import autoscaling, commitments, ec2, eks, rds, sagemaker
from sumptuary.sources.aws.families import Families
from sumptuary.sources.aws.live import Templates, Where, settled
from sumptuary.values import Unknown

HERE = Where("aws-cn", "123456789012", "cn-north-1")
SECRET = "canary"  # noqa: S105  # stands for one


def instance(name: str = "i-1", state: str = "running", **more: Any) -> dict[str, Any]:
    return {"InstanceId": name, "InstanceType": "g5.xlarge", "State": {"Name": state}, "UserData": SECRET, **more}


def answer(*items: dict[str, Any]) -> dict[str, Any]:
    return {"Reservations": [{"Instances": [item]} for item in items]}


def test_an_instance_is_what_terraform_would_write() -> None:
    launched = datetime(2026, 1, 1, tzinfo=UTC)
    marks = [{"Key": "team", "Value": "ml"}, {"Key": "aws:cloudformation:stack-name", "Value": "s"}]
    item = instance(InstanceLifecycle="spot", LaunchTime=launched, Tags=marks, Placement={"AvailabilityZone": "a"})
    (found,) = ec2.instances(answer(item), HERE)
    assert found.id == "arn:aws-cn:ec2:cn-north-1:123456789012:instance/i-1"
    assert found.address == "aws_instance.i-1"
    assert found.attributes == {
        "instance_type": "g5.xlarge",
        "availability_zone": "a",
        "instance_state": "running",
        "instance_market_options": [{"market_type": "spot"}],
        "tags": {"team": "ml"},
    }
    assert (found.kind, found.source, found.zone, found.lifetime.created) == ("compute.instance", "live", "a", launched)
    assert found.compute is not None
    assert (found.compute.sku, found.compute.purchase_option) == ("g5.xlarge", "spot")
    assert found.tags.values() == {"team": "ml"}


@pytest.mark.parametrize(("state", "desired"), [("running", None), ("pending", None), ("stopped", 0), ("stopping", 0)])
def test_what_is_stopped_runs_nothing(state: str, desired: int | None) -> None:
    (found,) = ec2.instances(answer(instance(state=state)), HERE)
    assert found.compute is not None
    assert found.compute.desired == desired


def test_what_is_gone_is_not_there() -> None:
    gone = [instance("i-1", "terminated"), instance("i-2", "shutting-down")]
    assert [one.address for one in ec2.instances(answer(*gone, instance("i-3")), HERE)] == ["aws_instance.i-3"]


def disk(volume: str, name: str = "/dev/xvda") -> dict[str, Any]:
    return {"DeviceName": name, "Ebs": {"VolumeId": volume}}


def volume(name: str, size: int = 100, **more: Any) -> dict[str, Any]:
    return {"VolumeId": name, "Size": size, "VolumeType": "gp3", "Iops": 3000, "Throughput": 125, **more}


def test_a_root_volume_is_part_of_its_instance_and_stays_when_it_stops() -> None:
    item = instance(
        "i-1", "stopped", RootDeviceName="/dev/xvda", BlockDeviceMappings=[disk("vol-1"), disk("vol-2", "b")]
    )
    volumes = {"Volumes": [volume("vol-1", 200), volume("vol-2"), volume("vol-3")]}
    families = Families([*ec2.instances(answer(item), HERE), *ec2.volumes(volumes, HERE)])
    found = {one.address: one for one in families.joined()}
    assert list(found) == ["aws_instance.i-1", "aws_ebs_volume.vol-2", "aws_ebs_volume.vol-3"]
    machine = found["aws_instance.i-1"]
    assert machine.storage is not None
    assert (machine.storage.size_gib, machine.storage.type) == (200, "gp3")
    assert machine.compute is not None
    assert machine.compute.desired == 0
    assert families.roots == 1


def test_a_root_volume_of_an_instance_that_was_not_read_is_set_aside() -> None:
    attached = [{"InstanceId": "i-1", "Device": "/dev/xvda"}]
    beside = [{"InstanceId": "i-1", "Device": "/dev/sdf"}]
    volumes = {"Volumes": [volume("vol-1", Attachments=attached), volume("vol-2", Attachments=beside), volume("vol-3")]}
    families = Families(ec2.volumes(volumes, HERE))
    assert [one.address for one in families.joined()] == ["aws_ebs_volume.vol-2", "aws_ebs_volume.vol-3"]
    assert families.stray_roots == 1


def grouped(name: str, **marks: str) -> dict[str, Any]:
    return instance(name, Tags=[{"Key": key.replace("__", ":"), "Value": value} for key, value in marks.items()])


GROUP: dict[str, Any] = {"AutoScalingGroupName": "web", "MinSize": 1, "MaxSize": 2, "DesiredCapacity": 1}


def test_members_of_groups_are_judged_as_their_groups() -> None:
    pool = {
        "nodegroup": {"nodegroupName": "p", "clusterName": "c", "resources": {"autoScalingGroups": [{"name": "eks-p"}]}}
    }
    groups = {"AutoScalingGroups": [GROUP, {**GROUP, "AutoScalingGroupName": "eks-p"}]}
    machines = answer(
        grouped("i-free"),
        grouped("i-web", aws__autoscaling__groupName="web"),
        grouped("i-node", aws__autoscaling__groupName="eks-p"),
        grouped("i-orphan", aws__autoscaling__groupName="not-read"),
    )
    everything = [*ec2.instances(machines, HERE), *autoscaling.groups(groups, HERE), *eks.node_group(pool, HERE)]
    families = Families(settled(one) for one in everything)
    assert [one.address for one in families.joined()] == [
        "aws_instance.i-free",
        "aws_instance.i-orphan",
        "aws_autoscaling_group.web",
        "aws_eks_node_group.c/p",
    ]
    assert (families.in_groups, families.in_node_groups) == (1, 1)


def test_a_child_stands_for_itself_where_its_parent_could_not_be_read() -> None:
    marks = {"eks__cluster-name": "c", "eks__nodegroup-name": "p", "aws__autoscaling__groupName": "eks-p"}
    families = Families(ec2.instances(answer(grouped("i-node", **marks)), HERE))
    assert [one.address for one in families.joined()] == ["aws_instance.i-node"]


def test_a_group_runs_what_its_template_says() -> None:
    specification = {"LaunchTemplateId": "lt-1", "Version": "3"}
    data = {"InstanceType": "p5.48xlarge", "UserData": SECRET, "InstanceMarketOptions": {"MarketType": "spot"}}
    template = ec2.template({"LaunchTemplateId": "lt-1", "LaunchTemplateData": data}, HERE, {})
    assert SECRET not in str(template.attributes)
    (group,) = autoscaling.groups({"AutoScalingGroups": [{**GROUP, "LaunchTemplate": specification}]}, HERE)
    settled(group, Templates({"aws_launch_template.lt-1@3": template}))
    assert group.compute is not None
    assert (group.compute.sku, group.compute.purchase_option, group.compute.desired) == ("p5.48xlarge", "spot", 1)


def test_a_group_whose_template_is_not_there_is_unknown_with_a_reason() -> None:
    (group,) = autoscaling.groups({"AutoScalingGroups": [{**GROUP, "LaunchConfigurationName": "old"}]}, HERE)
    settled(group)
    assert group.compute is not None
    assert isinstance(group.compute.sku, Unknown)
    assert group.compute.sku.reason == "its launch configuration could not be read"


def test_a_launch_configuration_keeps_its_user_data_to_itself() -> None:
    item = {"LaunchConfigurationName": "old", "InstanceType": "p3.2xlarge", "SpotPrice": "1", "UserData": SECRET}
    found = autoscaling.launch_configuration(item, HERE)
    assert found.attributes == {"name": "old", "instance_type": "p3.2xlarge", "spot_price": "1"}


VARIANT = {"VariantName": "a", "InstanceType": "ml.g5.xlarge", "InitialInstanceCount": 1, "ModelName": "m"}


def test_a_configuration_has_the_instances_that_its_endpoints_run_now() -> None:
    grown = {"ProductionVariants": [{"VariantName": "a", "CurrentInstanceCount": 5}]}
    config = {"EndpointConfigName": "c", "ProductionVariants": [VARIANT]}
    (alone,) = sagemaker.configuration(config, [grown], HERE, {})
    (shared,) = sagemaker.configuration(config, [grown, {}], HERE, {})
    assert alone.compute is not None
    assert shared.compute is not None
    assert (alone.compute.desired, shared.compute.desired) == (5, 6)


@pytest.mark.parametrize("status", sagemaker.NOT_DEPLOYED)
def test_an_endpoint_that_is_not_deployed_is_not_there(status: str) -> None:
    assert not list(sagemaker.endpoint({"EndpointName": "e", "EndpointStatus": status}, HERE, {}))


def test_a_training_job_says_nothing_of_its_environment() -> None:
    job = {
        "TrainingJobName": "t",
        "HyperParameters": {"token": SECRET},
        "Environment": {"TOKEN": SECRET},
        "ResourceConfig": {"InstanceType": "ml.p4d.24xlarge", "InstanceCount": 2},
        "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
        "CheckpointConfig": {"S3Uri": "s3://b/c", "LocalPath": "/opt"},
        "EnableManagedSpotTraining": True,
    }
    (found,) = sagemaker.training_job(job, HERE, {})
    assert SECRET not in str(found.attributes)
    assert found.compute is not None
    assert (found.compute.purchase_option, found.compute.desired) == ("spot", 2)
    assert (found.workload.checkpoint, found.lifetime.deadline_seconds) == ("s3://b/c", 3600)


def test_a_training_job_on_several_kinds_of_instances_is_unknown() -> None:
    groups = [
        {"InstanceType": "ml.p4d.24xlarge", "InstanceCount": 1},
        {"InstanceType": "ml.m5.large", "InstanceCount": 2},
    ]
    (found,) = sagemaker.training_job({"TrainingJobName": "t", "ResourceConfig": {"InstanceGroups": groups}}, HERE, {})
    assert found.compute is not None
    assert isinstance(found.compute.sku, Unknown)


@pytest.mark.parametrize(
    ("item", "type_name"),
    [
        ({"Engine": "postgres"}, "aws_db_instance"),
        ({"Engine": "aurora-mysql", "DBClusterIdentifier": "c"}, "aws_rds_cluster_instance"),
        ({"Engine": "docdb", "DBClusterIdentifier": "c"}, "aws_docdb_cluster_instance"),
        ({"Engine": "neptune", "DBClusterIdentifier": "c"}, "aws_neptune_cluster_instance"),
    ],
)
def test_a_database_is_of_the_type_that_terraform_has_for_its_engine(item: dict[str, Any], type_name: str) -> None:
    given = {"DBInstanceIdentifier": "d", "DBInstanceClass": "db.r6g.large", "MasterUsername": SECRET, **item}
    (found,) = rds.instances({"DBInstances": [given]}, HERE)
    assert found.type == type_name
    assert found.kind == "database.instance"
    assert SECRET not in str(found.attributes)


def test_reservations_are_commitments_as_a_file_gives_them() -> None:
    item = {
        "ReservedInstancesId": "ri-1",
        "InstanceType": "m5.large",
        "InstanceCount": 3,
        "State": "active",
        "Start": datetime(2026, 1, 1, tzinfo=UTC),
        "End": datetime(2027, 1, 1, tzinfo=UTC),
    }
    (found,) = commitments.reservations({"ReservedInstances": [item, {**item, "State": "retired"}]}, HERE)
    assert (found.kind, found.address, found.region) == ("commitment", "ri-1", "cn-north-1")
    assert found.attributes == {
        "id": "ri-1",
        "type": "reserved-instance",
        "provider": "aws",
        "account": "123456789012",
        "region": "cn-north-1",
        "sku": "m5.large",
        "count": 3,
        "start": "2026-01-01",
        "end": "2027-01-01",
    }


def test_savings_plans_are_commitments_in_dollars() -> None:
    item = {
        "savingsPlanId": "sp-1",
        "savingsPlanArn": "arn:aws:savingsplans::123456789012:savingsplan/sp-1",
        "state": "active",
        "start": "2026-01-01T00:00:00.000Z",
        "end": "2027-01-01T00:00:00.000Z",
        "commitment": "1.25",
        "currency": "USD",
        "ec2InstanceFamily": "m5",
        "savingsPlanType": "EC2Instance",
        "productTypes": ["EC2"],
    }
    plans = {"savingsPlans": [item, {**item, "savingsPlanId": "sp-2", "currency": "CNY"}, {**item, "state": "retired"}]}
    dollars, yuan = commitments.savings_plans(plans, HERE)
    assert (dollars.attributes["hourly_commitment"], dollars.attributes["instance_family"]) == (Decimal("1.25"), "m5")
    assert (dollars.attributes["start"], dollars.attributes["end"]) == ("2026-01-01", "2027-01-01")
    assert (dollars.attributes["kinds"], dollars.attributes["products"]) == (["compute."], ["EC2"])
    assert "hourly_commitment" not in yuan.attributes
