"""The client can read and nothing else, is on time, and says in the ledger's words what went wrong."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from sources.aws.account import KEY, REGION, SECRET, Account
from sumptuary.model import Resource
from sumptuary.sources.aws.client import Access, Api, Clock, Session, timed
from sumptuary.sources.aws.collectors import COLLECTORS, Collector
from sumptuary.sources.aws.crew import Job, run
from sumptuary.sources.aws.failures import OverdueError, WriteRefusedError, is_gone, sign_in_problem, status_of
from sumptuary.sources.aws.live import Where
from sumptuary.sources.aws.operations import CREDENTIALS, READS, allowed
from sumptuary.sources.mapping import shape_of

HERE = Where("aws", "123456789012", REGION)


@pytest.fixture
def session(account: Account, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    for key, value in account.environment().items():
        monkeypatch.setenv(key, value)
    yield Session(Access())
    timed(None)


WRITES = [
    ("ec2", "terminate_instances", {"InstanceIds": ["i-1"]}),
    ("ec2", "describe_instance_attribute", {"InstanceId": "i-1", "Attribute": "userData"}),
    ("ec2", "get_password_data", {"InstanceId": "i-1"}),
    ("sagemaker", "delete_endpoint", {"EndpointName": "e"}),
    ("autoscaling", "set_desired_capacity", {"AutoScalingGroupName": "g", "DesiredCapacity": 0}),
    ("sts", "get_session_token", {}),
]


@pytest.mark.parametrize(("service", "method", "asked"), WRITES, ids=[one[1] for one in WRITES])
def test_what_is_no_read_on_the_list_never_reaches_the_wire(
    session: Session, account: Account, service: str, method: str, asked: dict[str, Any]
) -> None:
    client = session.client(service, REGION)
    with pytest.raises(WriteRefusedError, match="not on the list"):
        getattr(client, method)(**asked)
    assert not account.front.calls


def test_the_list_is_of_operations_that_there_are(session: Session) -> None:
    for service, operation in READS:
        assert operation in session.core.get_service_model(service).operation_names
        assert operation.startswith(("Describe", "List", "Get"))
    assert not READS & CREDENTIALS
    assert not allowed("ec2", "TerminateInstances")


def test_sessions_in_other_roles_are_guarded_too(session: Session, account: Account) -> None:
    other = session.assume(Access(role_arn="arn:aws:iam::222222222222:role/reader"), REGION)
    assert other.loader is session.loader
    account.front.calls.clear()
    with pytest.raises(WriteRefusedError):
        other.client("ec2", REGION).stop_instances(InstanceIds=["i-1"])
    assert not account.front.calls


def test_the_sdk_logs_nothing_below_warnings(session: Session) -> None:
    for name in ("boto3", "botocore", "urllib3"):
        assert logging.getLogger(name).level >= logging.WARNING


def test_after_its_time_nothing_is_sent(session: Session, account: Account) -> None:
    api = Api({"ec2": session.client("ec2", REGION)})
    timed(Clock(time.monotonic() - 1))
    with pytest.raises(OverdueError):
        api.call("ec2", "DescribeVolumes")
    assert not account.front.calls


def test_every_type_that_a_collector_finds_has_a_kind() -> None:
    assert {name for one in COLLECTORS for name in one.finds if shape_of(name) is None} == set()


def failing(error: BaseException) -> Collector:
    def collect(api: Api, at: Where) -> Iterator[Resource]:
        yield Resource("a", "a", "other", "a", "aws")
        raise error

    return Collector("test", (), collect)


def refused(code: str) -> ClientError:
    message = f"User {KEY} may not; {SECRET}\x1b[31m"
    return ClientError({"Error": {"Code": code, "Message": message}}, "DescribeThings")


@pytest.mark.parametrize(
    ("error", "status", "message"),
    [
        (refused("UnauthorizedOperation"), "denied", "DescribeThings: UnauthorizedOperation"),
        (refused("AccessDeniedException"), "denied", "DescribeThings: AccessDeniedException"),
        (refused("OptInRequired"), "disabled", "DescribeThings: OptInRequired"),
        (refused("AuthFailure"), "disabled", "DescribeThings: AuthFailure"),
        (refused("UnrecognizedClientException"), "disabled", "DescribeThings: UnrecognizedClientException"),
        (refused("Throttling"), "throttled", "DescribeThings: Throttling"),
        (refused("RequestLimitExceeded"), "throttled", "DescribeThings: RequestLimitExceeded"),
        (refused("InvalidAction"), "unsupported", "DescribeThings: InvalidAction"),
        (refused("InternalError"), "error", "DescribeThings: InternalError"),
        (refused("ExpiredToken"), "error", "DescribeThings: ExpiredToken: the credentials expired during the scan"),
        (EndpointConnectionError(endpoint_url="https://x"), "error", "EndpointConnectionError"),
        (KeyError(SECRET), "error", "KeyError"),
    ],
    ids=str,
)
def test_what_goes_wrong_has_a_status_and_says_no_secret(error: Exception, status: str, message: str) -> None:
    job = Job(failing(error), HERE, Api())
    run([job], 30, lambda _: None)
    assert (job.status, job.message) == (status, message)
    assert len(job.found) == 1
    assert status_of(error) == (status, message)


def test_what_was_listed_and_is_gone_is_no_failure() -> None:
    missing = ClientError({"Error": {"Code": "ValidationException", "Message": "Could not find endpoint"}}, "X")
    assert is_gone(refused("ResourceNotFoundException"))
    assert is_gone(missing)
    assert not is_gone(refused("AccessDenied"))
    assert not is_gone(refused("ValidationException"))


def test_a_fault_of_our_own_is_no_sign_in_problem() -> None:
    assert sign_in_problem(KeyError("x"), "") is None


def slow(api: Api, at: Where) -> Iterator[Resource]:
    yield Resource("a", "a", "other", "a", "aws")
    time.sleep(1.5)


@pytest.mark.parametrize(
    ("throttled", "status", "message"),
    [(True, "throttled", "still throttled after 0.2 s"), (False, "error", "deadline: not done after 0.2 s")],
)
def test_who_does_not_come_back_in_time_is_left_behind(throttled: bool, status: str, message: str) -> None:
    made = Collector("slow", (), slow)
    jobs = [Job(made, Where("aws", "1", f"r-{index}"), Api(), clock=Clock(0.0, throttled)) for index in range(10)]
    began, done = time.monotonic(), []
    run(jobs, 0.2, done.append)
    assert time.monotonic() - began < 1.2
    assert [(job.status, job.message, len(job.found)) for job in jobs] == [(status, message, 1)] * 10
    assert len(done) == 10
