"""The folded parts of a comment: lines under a title, as many of each as there is room for; the rest is counted."""

from __future__ import annotations

from dataclasses import dataclass, field

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_FRAME = 200
"""Characters kept for what stands around a fold's lines."""


@dataclass(slots=True, eq=False, repr=False)
class Fold:
    """A title of our own words, and list items without their dash. Each item is one line of Markdown."""

    title: str
    items: list[str] = field(default_factory=list[str])


def folded_in(folds: Sequence[Fold], room: int) -> list[str]:
    """The folds that have items, as Markdown of at most ``room`` characters; what short ones leave, long ones use."""
    wanted = [fold for fold in folds if fold.items]
    lines: list[str] = []
    for fold, share in zip(wanted, _shares(wanted, room), strict=True):
        shown = _that_fit(fold.items, share - _FRAME)
        left_out = len(fold.items) - len(shown)
        more = [f"- and {left_out:,} more: see the JSON report"] if left_out else []
        title = f"<details><summary>{fold.title} ({len(fold.items):,})</summary>"
        lines += [title, "", *(f"- {item}" for item in shown), *more, "", "</details>", ""]
    return lines


def _shares(folds: Sequence[Fold], room: int) -> list[int]:
    """How many characters each fold may take: all it needs, or its part of what those that need less leave."""
    needs = [_FRAME + sum(length(item) + 2 for item in fold.items) for fold in folds]
    shares = [0] * len(folds)
    ascending = sorted(range(len(folds)), key=needs.__getitem__)
    for done, index in enumerate(ascending):
        shares[index] = min(needs[index], room // (len(folds) - done))
        room -= shares[index]
    return shares


def length(line: str) -> int:
    """Characters with the line break as forges count them: in UTF-16."""
    return len(line.encode("utf-16-le")) // 2 + 1


def _that_fit(items: Sequence[str], room: int) -> list[str]:
    shown: list[str] = []
    for item in items:
        room -= length(item) + 2
        if room < 0:
            break
        shown.append(item)
    return shown
