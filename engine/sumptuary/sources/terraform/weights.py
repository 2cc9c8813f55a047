"""How large values are when all that they share is spelt out: ``b = [a, a]``, ``c = [b, b]`` … doubles at each step."""

from __future__ import annotations

from sumptuary.sources.terraform.scope import TooLargeError
from sumptuary.values import Unknown, is_list, is_map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sumptuary.sources.terraform.scope import Budget

LARGEST_VALUE = 1_000_000
"""Elements, and pieces of 64 characters, that a value may have with everything inside it."""
_WORTH_KEEPING = 1_000


def checked(value: object, budget: Budget) -> object:
    """The value, Unknown when it is too large: what stands beside it may be known all the same."""
    try:
        weigh(value, budget)
    except TooLargeError as error:
        return Unknown(str(error))
    return value


def weigh(value: object, budget: Budget) -> int:
    """A value's size. Raises TooLargeError; what a large value weighs is remembered, for others hold it too."""
    if isinstance(value, str):
        return 1 + (len(value) >> 6)
    if not (is_list(value) or is_map(value)):
        return 1
    known = budget.weights.get(id(value))
    if known is not None:
        return known[1]
    total = 1 + len(value)
    for child in value.values() if is_map(value) else value:
        if isinstance(child, str):
            total += len(child) >> 6
        elif is_list(child) or is_map(child):
            total += weigh(child, budget) - 1
    if total > LARGEST_VALUE:
        raise TooLargeError("a value becomes too large to evaluate")
    if total > _WORTH_KEEPING:
        budget.weights[id(value)] = (value, total)  # with the value itself, so that no other takes its id
    return total
