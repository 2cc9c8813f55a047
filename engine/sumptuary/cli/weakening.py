"""What a change makes of its own laws: a pull request that loosens one is told of, so that somebody looks."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sumptuary.coverage import Coverage
    from sumptuary.policy.compiled import Laws, Policy
    from sumptuary.policy.tightening import Direction

NAMED = 10
"""How many fields are named one by one."""


def note_weakened(before: Sequence[Policy], laws: Laws, coverage: Coverage) -> None:
    """Note each policy that is gone, and each field that no longer asks for as much as at the base."""
    held = {policy.id: policy for policy in laws.policies}
    weaker = [f"{policy.id} is gone" for policy in before if policy.id not in held]
    for policy in before:
        if policy.id in held:
            weaker += _weaker_fields(policy, held[policy.id], laws)
    for text in weaker[:NAMED]:
        coverage.note(f"this change loosens the policies it is judged by: {text}")
    if len(weaker) > NAMED:
        coverage.note(f"this change loosens the policies it is judged by in {len(weaker) - NAMED} further fields")


def _weaker_fields(before: Policy, after: Policy, laws: Laws) -> list[str]:
    """The fields of a policy that loosen, or change so that nobody can tell."""
    if _plain(before) == _plain(after):
        return []
    from sumptuary.policy.tightening import CHANGES, LOOSENS, differences
    from sumptuary.policy.wording import difference

    return [
        f"{before.id}: {one.field}: {difference(one.before, one.after)}"
        for one in differences(before, after, _directions(after, laws))
        if one.effect in (LOOSENS, CHANGES)
    ]


def _directions(policy: Policy, laws: Laws) -> dict[str, Direction]:
    """How the parameters of a policy's rule, or of its template, move when they tighten."""
    if policy.template is None:
        from sumptuary.policy.parameters import directions_of
        from sumptuary.policy.registry import rule_class

        return directions_of(rule_class(policy.rule_class).Parameters)
    from sumptuary.policy.parameter_schema import directions_in

    schemas = {one.id: one.parameters for one in laws.templates}
    return directions_in(schemas.get(policy.rule, {}))


def _plain(policy: Policy) -> tuple[object, ...]:
    """All of a policy that it can be judged by."""
    select = ("kinds", "types", "providers", "sources", "environments", "purposes", "tags", "where")
    names = ("severity", "rule", "parameters", "enforcement", "waivers", "template", *select)
    return tuple(getattr(policy, name) for name in names)
