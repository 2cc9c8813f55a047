"""Who we are and where to look: the identity is asked once, and which regions are on before any of them is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from sumptuary.errors import SumptuaryError, UsageError
from sumptuary.sources.aws.answers import rows, text
from sumptuary.sources.aws.client import SIGN_IN_ATTEMPTS, Access, Api
from sumptuary.sources.aws.failures import DENIED, status_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sumptuary.sources.aws.client import Session

ANCHORS = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}
"""A region of each partition that is always on: whether others are is asked there."""

SAVINGS = {"aws": "us-east-1", "aws-cn": "cn-northwest-1", "aws-us-gov": "us-gov-west-1"}
"""Where the services of a partition as a whole answer."""


@dataclass(slots=True, eq=False, repr=False)
class Signed:
    """A session and who it is."""

    session: Session
    account: str
    partition: str
    anchor: str


def anchor_of(regions: Sequence[str]) -> str:
    """Where to sign in for these regions: in their partition."""
    first = regions[0] if regions else ""
    partition = "aws-cn" if first.startswith("cn-") else "aws-us-gov" if first.startswith("us-gov-") else "aws"
    return ANCHORS[partition]


def global_region(partition: str) -> str:
    """Where the services of a partition as a whole answer."""
    return SAVINGS.get(partition, SAVINGS["aws"])


def sign_in(session: Session, access: Access, anchor: str) -> Signed:
    """Ask who we are, in the role if one is to be taken.

    Raises:
        ClientError, BotoCoreError: botocore's, see ``failures.sign_in_problem``.
    """
    if access.role_arn:
        session = session.assume(access, anchor)
    api = Api({"sts": session.client("sts", anchor, SIGN_IN_ATTEMPTS)})
    identity = api.call("sts", "GetCallerIdentity")
    partition = text(identity, "Arn").split(":")[1:2]
    return Signed(session, text(identity, "Account"), partition[0] if partition else "aws", anchor)


def enabled(signed: Signed, wanted: Sequence[str]) -> dict[str, bool]:
    """The regions to read, each with whether it is on: those wanted, or else all that are on.

    Raises:
        UsageError: a region that does not exist.
        SumptuaryError: no regions were named, and the account does not say which it has.
    """
    api = Api({"ec2": signed.session.client("ec2", signed.anchor, SIGN_IN_ATTEMPTS)})
    try:
        answer = api.call("ec2", "DescribeRegions", AllRegions=True)
    except Exception as error:
        status, message = status_of(error)
        if wanted and status == DENIED:
            return dict.fromkeys(wanted, True)
        if status != DENIED:
            raise
        hint = "name the regions with --region, or allow ec2:DescribeRegions"
        raise SumptuaryError(f"the account does not say which regions it has ({message})", hint=hint) from None
    known = {text(one, "RegionName"): text(one, "OptInStatus") != "not-opted-in" for one in rows(answer, "Regions")}
    for region in wanted:
        if region not in known:
            close = get_close_matches(region, list(known), n=1)
            hint = f"did you mean `{close[0]}`?" if close else f"this account has {', '.join(sorted(known))}"
            raise UsageError(f"there is no region `{region}`", hint=hint)
    return {name: known[name] for name in dict.fromkeys(wanted or sorted(name for name in known if known[name]))}
