"""What could not be read, as something of which policies say unknown: a partial answer is never a clean one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sumptuary.errors import SumptuaryError
from sumptuary.findings import Finding, Outcome, Undecided
from sumptuary.model import Lifetime, Origin, Resource, Tags, Workload
from sumptuary.values import PartialMap, Unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sumptuary.coverage import Gap
    from sumptuary.policy.select import Selector


def undecided(selector: Selector, inputs: Sequence[str], gaps: Sequence[Gap]) -> Iterator[tuple[Resource, Undecided]]:
    """What a policy says of every gap that may hold something it is about, or that leaves its inputs partial.

    Each stands on a resource made up for it (``aws:eu-west-1:ec2.instances``), which counts nowhere else.
    """
    for gap in gaps:
        if set(gap.inputs).intersection(inputs):
            yield _resource(gap, "", "commitment"), Undecided(gap.reason)
            continue
        for type_name, kind in gap.finds:
            stand_in = _resource(gap, type_name, kind)
            if _may_select(selector, stand_in):
                yield stand_in, Undecided(gap.reason)
                break


def softened(outcome: Outcome, gaps: Sequence[Gap]) -> Outcome:
    """What a rule over many resources says where some of them are not known: shares and totals prove nothing then."""
    if not gaps or not isinstance(outcome, Finding) or outcome.evidence.get("fault"):
        return outcome
    return Undecided(f"what was read is not all there is: {gaps[0].reason}", attribute=outcome.attribute)


def concerning(gaps: Sequence[Gap], found: Sequence[Resource]) -> list[Gap]:
    """The gaps of which these stand-ins were made."""
    wanted = {resource.id for resource in found}
    return [gap for gap in gaps if _identity(gap) in wanted]


def _may_select(selector: Selector, stand_in: Resource) -> bool:
    """Whether the policy may be about what is there; a condition that cannot be asked may hold."""
    try:
        return selector.matches(stand_in) is not False
    except SumptuaryError:
        return True


def _identity(gap: Gap) -> str:
    return f"{gap.provider}:{gap.account}:{gap.region}:{gap.collector}"


def _resource(gap: Gap, type_name: str, kind: str) -> Resource:
    """Something of which only type and place are known."""
    nobody = Unknown(gap.reason)
    return Resource(
        id=_identity(gap),
        address=f"{gap.provider}:{gap.region}:{gap.collector}",
        kind=kind,
        type=type_name,
        provider=gap.provider,
        source="live",
        account=gap.account,
        region=gap.region,
        tags=Tags(rest=nobody),
        environment=nobody,
        team=nobody,
        attributes=PartialMap({}, nobody),
        origin=Origin(uri=_identity(gap)),
        multiplicity=nobody,
        workload=replace(Workload(), purpose=nobody, model=nobody, checkpoint=nobody),
        lifetime=replace(Lifetime(), ttl=nobody, expires_at=nobody, schedule=nobody),
    )
