"""The way to AWS: sessions and clients that can read and nothing else, and that look at the clock between requests."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import import_module
from time import monotonic

from sumptuary.errors import UsageError
from sumptuary.sources.aws.failures import OverdueError, WriteRefusedError, error_code, is_gone, is_throttle
from sumptuary.sources.aws.operations import allowed
from sumptuary.values import is_map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from sumptuary.sources.aws.answers import Answer

ATTEMPTS = 10
CONNECT_SECONDS = 3
READ_SECONDS = 30
SIGN_IN_ATTEMPTS = 3
"""Signing in fails fast: there is nothing else to do meanwhile."""
PAGE_SIZE = 100
PAGE_SIZES = {
    ("ec2", "DescribeInstances"): 1000,
    ("ec2", "DescribeLaunchTemplateVersions"): 200,
    ("ec2", "DescribeLaunchTemplates"): 200,
    ("ec2", "DescribeVolumes"): 500,
}
"""The most that a service gives at once. Without a size, EC2 answers with everything or times out."""
ROLE_SESSION = "sumptuary"


@dataclass(slots=True, eq=False, repr=False)
class Clock:
    """A collector's time: until when it may send requests, and whether what it heard last was that it asks too much."""

    until: float
    throttled: bool = False


_current = threading.local()


def timed(clock: Clock | None) -> None:
    """From now on, requests of this thread are held to this clock."""
    _current.clock = clock


@dataclass(slots=True, eq=False, repr=False)
class Access:
    """How to sign in: whose credentials, and which role to take."""

    profile: str = ""
    role_arn: str = ""
    external_id: str = ""


class Session:
    """One signed-in identity. Clients are made in one thread, shared by many (botocore's own rule)."""

    def __init__(self, access: Access, loader: Any = None) -> None:
        """Prepare; nothing is sent yet.

        Raises:
            UsageError: boto3 is not installed.
        """
        try:
            core: Any = import_module("botocore.session")
            import_module("boto3")
        except ImportError:
            hint = "pip install 'sumptuary[aws]'"
            raise UsageError("scan aws needs boto3", hint=hint) from None
        _hush()
        self.loader: Any = loader or import_module("botocore.loaders").create_loader(_data_path(core))
        self.core: Any = core.Session(profile=access.profile or None)
        # Each session would parse the service models afresh: a second of CPU a region.
        self.core.register_component("data_loader", self.loader)
        guard(self.core.get_component("event_emitter"))
        self._clients: dict[tuple[str, str], Any] = {}

    def client(self, service: str, region: str, attempts: int = ATTEMPTS) -> Any:
        """The client of a service in a region; made once. Call it in the main thread only."""
        key = (service, region)
        if key not in self._clients:
            config: Any = import_module("botocore.config").Config(
                retries={"mode": "adaptive", "total_max_attempts": attempts},
                connect_timeout=CONNECT_SECONDS,
                read_timeout=READ_SECONDS,
                max_pool_connections=16,
                user_agent_extra="sumptuary",
            )
            self._clients[key] = self.core.create_client(service, region_name=region, config=config)
        return self._clients[key]

    def offers(self, service: str, region: str) -> bool:
        """Whether the SDK knows the service in this region, or nothing of the region at all."""
        partition = str(self.core.get_partition_for_region(region))
        known = set(self.core.get_available_regions(service, partition))
        return not known or region in known or region not in self.core.get_available_regions("ec2", partition)

    def assume(self, access: Access, region: str) -> Session:
        """A session in another role.

        Raises:
            ClientError: botocore's, where the role may not be assumed.
        """
        asked = {"RoleArn": access.role_arn, "RoleSessionName": ROLE_SESSION}
        if access.external_id:
            asked["ExternalId"] = access.external_id
        answer = self.client("sts", region, SIGN_IN_ATTEMPTS).assume_role(**asked)["Credentials"]
        session = Session(Access(), self.loader)
        session.core.set_credentials(answer["AccessKeyId"], answer["SecretAccessKey"], answer["SessionToken"])
        return session


@dataclass(slots=True, eq=False, repr=False)
class Api:
    """What a collector may ask: the clients of one region, answers as plain maps."""

    clients: dict[str, Any] = field(default_factory=dict[str, "Any"])

    def call(self, service: str, operation: str, **asked: object) -> Answer:
        """One answer.

        Raises:
            ClientError, BotoCoreError: botocore's, see ``failures.status_of``.
            OverdueError: the collector's time is up.
            WriteRefusedError: the operation is not on the list.
        """
        client = self.clients[service]
        answer: object = getattr(client, _method(client, operation))(**asked)
        return answer if is_map(answer) else {}

    def find(self, service: str, operation: str, **asked: object) -> Answer:
        """One answer about something that was listed; an empty one when it is gone by now."""
        try:
            return self.call(service, operation, **asked)
        except Exception as error:
            if is_gone(error):
                return {}
            raise

    def pages(self, service: str, operation: str, **asked: object) -> Iterator[Answer]:
        """All pages of an answer, as large as the service gives them: each is a request that may be throttled."""
        client = self.clients[service]
        size = PAGE_SIZES.get((service, operation), PAGE_SIZE)
        paginator = client.get_paginator(_method(client, operation))
        for page in paginator.paginate(PaginationConfig={"PageSize": size}, **asked):
            if is_map(page):
                yield page


def _method(client: Any, operation: str) -> str:
    """The client's name for an operation (``describe_instances``)."""
    names: dict[str, str] = {theirs: ours for ours, theirs in client.meta.method_to_api_mapping.items()}
    return names[operation]


def guard(events: Any) -> None:
    """Let nothing through that is not a read on the list, and nothing after a collector's time is up."""
    events.register_first("before-call", _refuse_writes, unique_id="sumptuary-reads")
    events.register_first("before-send", _watch_clock, unique_id="sumptuary-clock")
    events.register_first("needs-retry", _listen, unique_id="sumptuary-throttle")


def _refuse_writes(model: Any, **_: object) -> None:
    service, operation = str(model.service_model.service_name), str(model.name)
    if not allowed(service, operation):
        raise WriteRefusedError(f"{service}:{operation} is not on the list of what a scan may call")


def _watch_clock(**_: object) -> None:
    clock: Clock | None = getattr(_current, "clock", None)
    if clock is not None and monotonic() > clock.until:
        raise OverdueError


def _listen(response: Any = None, **_: object) -> None:
    """Remember whether the last answer was a throttle: it tells why a collector's time ran out."""
    clock: Clock | None = getattr(_current, "clock", None)
    if clock is None or not response:
        return
    clock.throttled = is_throttle(error_code(response[-1]))


def _data_path(core: Any) -> str | None:
    """Where further service models are, if the user's configuration says so."""
    found: object = core.Session().get_config_variable("data_path")
    return found if isinstance(found, str) else None


def _hush() -> None:
    """Keep the SDK's logs at warnings: at DEBUG they hold session token, key id and signature."""
    import logging

    for name in ("boto3", "botocore", "urllib3"):
        logging.getLogger(name).setLevel(logging.WARNING)
