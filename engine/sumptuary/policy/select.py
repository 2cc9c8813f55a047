"""Decides which resources a policy is about: yes, no, or not known for want of a value."""

from __future__ import annotations

import fnmatch
import re

from sumptuary.values import Unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from sumptuary.model import Resource
    from sumptuary.policy.compiled import Policy
    from sumptuary.policy.conditions import Condition
    from sumptuary.rule import Context

    Test = Callable[[str], bool]


class Selector:
    """A policy's selection, made ready to be asked of many resources."""

    __slots__ = ("condition", "environments", "kinds", "plain", "providers", "purposes", "sources", "tags", "types")

    def __init__(self, policy: Policy, stage: str = "ci") -> None:
        """Compile the selection; ``stage`` is what a ``where`` condition sees under that name.

        Raises:
            SumptuaryError: the policy has a condition, and CEL is not installed.
        """
        self.kinds = frozenset(policy.kinds)
        self.types = _any_of(policy.types)
        self.providers = _any_of(policy.providers)
        self.sources = _any_of(policy.sources)
        self.environments = _names(policy.environments)
        self.purposes = _names(policy.purposes)
        self.tags = tuple((key, None if glob is None else _glob(glob)) for key, glob in policy.tags.items())
        self.condition: Condition | None = None
        if policy.where:
            from sumptuary.policy.conditions import Condition

            self.condition = Condition(policy.where, policy.parameters, stage)
        self.plain = not (
            self.types
            or self.providers
            or self.sources
            or self.environments
            or self.purposes
            or self.tags
            or policy.where
        )

    def begin(self, context: Context) -> None:
        """Take over the clock and the prices of a run, which a condition may ask for."""
        if self.condition is not None:
            self.condition.begin(context)

    def matches(self, resource: Resource) -> bool | Unknown:
        """Whether the policy is about this resource. What is known to exclude it decides before anything unknown.

        Raises:
            ConditionError: the ``where`` condition cannot be evaluated on it; that never counts as a pass.
        """
        if resource.kind not in self.kinds:
            return False
        if self.plain:
            return True
        if not self._source_matches(resource):
            return False
        unknown = self._declared(resource)
        if unknown is False or self.condition is None:
            return unknown
        decided = self.condition.decide(resource)
        return decided if unknown is True or decided is False else unknown

    def _source_matches(self, resource: Resource) -> bool:
        """By type, provider and source, which are always known."""
        return (
            (self.types is None or self.types(resource.type))
            and (self.providers is None or self.providers(resource.provider))
            and (self.sources is None or self.sources(resource.source))
        )

    def _declared(self, resource: Resource) -> bool | Unknown:
        """By what people declare: environment, purpose, tags."""
        unknown: Unknown | None = None
        for value, test in ((resource.environment, self.environments), (resource.workload.purpose, self.purposes)):
            if test is None:
                continue
            if isinstance(value, Unknown):
                unknown = unknown if unknown is not None else value
            elif not test(value or ""):
                return False
        for key, pattern in self.tags:
            found = _tag(resource, key, pattern)
            if found is False:
                return False
            if isinstance(found, Unknown):
                unknown = unknown if unknown is not None else found
        return True if unknown is None else unknown


def _tag(resource: Resource, key: str, pattern: Test | None) -> bool | Unknown:
    value = resource.tags.look_up(key)
    if pattern is None:
        if key in resource.tags.entries:
            return False
        return value if isinstance(value, Unknown) else True
    if isinstance(value, Unknown):
        return value
    return isinstance(value, str) and pattern(value)


def _glob(pattern: str) -> Test:
    """A test of one glob; the common forms without a regular expression."""
    if not any(character in pattern for character in "*?["):
        return pattern.__eq__
    if pattern == "*":
        return lambda _: True
    if pattern.endswith("*") and not any(character in pattern[:-1] for character in "*?["):
        start = pattern[:-1]
        return lambda text: text.startswith(start)
    expression = re.compile(fnmatch.translate(pattern))
    return lambda text: expression.match(text) is not None


def _any_of(patterns: tuple[str, ...]) -> Test | None:
    """A test of several globs, or None for no restriction."""
    if not patterns:
        return None
    tests = [_glob(pattern) for pattern in patterns]
    return tests[0] if len(tests) == 1 else lambda text: any(test(text) for test in tests)


def _names(patterns: tuple[str, ...]) -> Test | None:
    """A test of names that people write, in any case; ``!`` excludes, and what is absent is the empty name.

    An absent name matches exclusions only: it is not production, but it is not known to be any environment either.
    """
    if not patterns:
        return None
    wanted = _any_of(tuple(pattern.lower() for pattern in patterns if not pattern.startswith("!")))
    barred = _any_of(tuple(pattern[1:].lower() for pattern in patterns if pattern.startswith("!")))

    def test(name: str) -> bool:
        if not name:
            return wanted is None
        lowered = name.lower()
        return (wanted is None or wanted(lowered)) and (barred is None or not barred(lowered))

    return test
