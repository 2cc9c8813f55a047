"""Tries every mutant of a policy against its tests: one that no test minds shows what is not tested."""

from __future__ import annotations

import sys
from dataclasses import dataclass, fields, is_dataclass, replace

from sumptuary.policy.mutants import mutants, of_template

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any

    from sumptuary.cli.policies.trial import Trial
    from sumptuary.policy.mutants import Mutant


@dataclass(slots=True, frozen=True)
class Tried:
    """A mutant that was tried: where the document was changed, how, and whether no test minded."""

    path: str
    change: str
    survived: bool


class Laboratory:
    """The mutants of a policy, each tried at most once."""

    def __init__(self, trial: Trial) -> None:
        self.trial = trial
        self.made: list[Mutant] = mutants(trial.suite.document, _choices(trial))
        template = trial.suite.template
        self.made += of_template(template) if template is not None else []
        self.known: dict[int, Tried | None] = {}

    def tried(self, wanted: Callable[[Mutant], bool] = lambda mutant: True) -> Iterator[Tried]:
        """The mutants that are wanted, in a steady order, as they are tried.

        Left out are documents that are wrong, and those that make the same policy (a default written out).
        """
        for index, mutant in enumerate(self.made):
            if not wanted(mutant):
                continue
            if index not in self.known:
                self.known[index] = self._try(mutant)
            result = self.known[index]
            if result is not None:
                yield result

    def all_tried(self) -> list[Tried]:
        """Every mutant, with a line on standard error about it where that is a terminal."""
        stream = sys.stderr
        shown = stream.isatty()
        found: list[Tried] = []
        for one in self.tried():
            found.append(one)
            if shown:
                name, total = self.trial.suite.policy.id, len(self.made)
                stream.write(f"\r\x1b[Ksumptuary: {name}: {len(found):,} of at most {total:,} mutants")
        if shown:
            stream.write("\r\x1b[K")
        return found

    def _try(self, mutant: Mutant) -> Tried | None:
        suite = self.trial.suite
        document, compiler = mutant.document, suite.compiler
        if document["kind"] == "RuleTemplate":
            other = suite.with_template(document)
            if other is None:
                return None
            document, compiler = suite.document, other
        variant = suite.variant(document, compiler)
        if variant is None:
            return None
        profiles = suite.profiles_of(document, compiler)
        if replace(variant, place=suite.policy.place) == suite.policy and profiles == suite.profiles:
            return None
        path = mutant.path if document is mutant.document else f"{suite.policy.rule}: {mutant.path}"
        return Tried(path, mutant.change, self.trial.survives(variant, profiles))


def score(tried: Sequence[Tried]) -> int | None:
    """The mutants that a test minded, of all, in percent rounded down; None where there are none."""
    killed = sum(not one.survived for one in tried)
    return killed * 100 // len(tried) if tried else None


def _choices(trial: Trial) -> dict[str, tuple[str, ...]]:
    """The words that parameters of the rule may take."""
    rule = trial.suite.compiler.rules.get(trial.suite.policy.rule)
    return _words(rule.Parameters) if rule is not None else {}


def _words(shape: type[Any]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    if not is_dataclass(shape):
        return found
    for item in fields(shape):
        if choices := item.metadata.get("choices"):
            found[item.name.removesuffix("_")] = tuple(choices)
        if (record := item.metadata.get("record")) is not None:
            found |= _words(record)
    return found
