"""What operators, attribute access and indexing do to values."""

from __future__ import annotations

import operator as plain

from sumptuary.sources.terraform import numbers
from sumptuary.sources.terraform.equality import alike, equal, same_kind
from sumptuary.sources.terraform.lazy import Lazy, TerraformSet, settled
from sumptuary.sources.terraform.primitives import named, to_bool, to_number
from sumptuary.sources.terraform.scope import EvaluationError
from sumptuary.values import PartialMap, Unknown, first_unknown, is_list, is_map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal


_WHOLE: dict[str, Callable[[int, int], int]] = {"+": plain.add, "-": plain.sub, "*": plain.mul}
_LARGEST_WHOLE = 1 << 512
"""Where Terraform's numbers begin to lose digits."""


def get_attribute(subject: object, name: str) -> object:
    """``subject.name``. Raises EvaluationError where there is no such attribute."""
    if isinstance(subject, Lazy):
        return subject.attribute(name)
    if is_map(subject):
        if name in subject:
            return subject[name]
        if isinstance(subject, PartialMap):
            return subject.rest
        raise EvaluationError(f'there is no attribute "{name}"')
    if isinstance(subject, Unknown):
        return subject
    if subject is None:
        raise EvaluationError(f'null has no attribute "{name}"')
    raise EvaluationError(f'a {named(subject)} has no attribute "{name}"')


def get_index(subject: object, key: object) -> object:
    """``subject[key]``. Raises EvaluationError where there is no such element."""
    if isinstance(subject, Lazy):
        return subject.attribute(key) if isinstance(key, str) else get_index(subject.whole(), key)
    if isinstance(subject, Unknown):
        return subject
    if isinstance(key, Unknown):
        return key
    if subject is None or key is None:
        raise EvaluationError("null cannot be indexed" if subject is None else "null is not an index")
    if isinstance(subject, TerraformSet):
        raise EvaluationError("a set cannot be indexed")
    if is_list(subject):
        position = to_number(key)
        if not isinstance(position, int) or not 0 <= position < len(subject):
            raise EvaluationError(f"there is no element {numbers.text(position)} in a list of {len(subject)}")
        return subject[position]
    if is_map(subject):
        from sumptuary.sources.terraform.primitives import to_string

        return get_attribute(subject, to_string(key))
    raise EvaluationError(f"a {named(subject)} cannot be indexed")


def splat(subject: object) -> list[object] | Unknown:
    """What a splat goes over: a list's elements, nothing for null, the value alone for anything else."""
    if isinstance(subject, Unknown):
        return subject
    if subject is None:
        return []
    return subject if is_list(subject) else [subject]


def equals(left: object, right: object) -> bool | Unknown:
    """``left == right``; decided as soon as known parts differ."""
    left, right = settled(left), settled(right)
    if isinstance(left, numbers.Infinite) or isinstance(right, numbers.Infinite):
        return _equal_infinite(left, right)
    if isinstance(left, Unknown):
        return left
    if isinstance(right, Unknown):
        return right
    unknown = first_unknown([left, right])
    if unknown is None:
        same = equal(left, right) and alike(left, right)
        return EMPTY_ALIKE if same is None else same
    return False if _differ(left, right) else unknown


EMPTY_ALIKE = Unknown("whether two empty collections are of one type is not kept: Terraform calls others unequal")
"""Such as ``split`` and ``distinct`` give; of those that are converted it is."""


def _equal_infinite(left: object, right: object) -> bool | Unknown:
    if isinstance(left, numbers.Infinite) and isinstance(right, numbers.Infinite):
        return left.negative == right.negative
    other = right if isinstance(left, numbers.Infinite) else left
    return other if isinstance(other, Unknown) else False


def _differ(left: object, right: object) -> bool:
    """Whether two partly known values differ whatever the unknown parts turn out to be."""
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return False
    if is_map(left) and is_map(right):
        partial = isinstance(left, PartialMap) or isinstance(right, PartialMap)
        if not partial and (left.keys() != right.keys() or not same_kind(left, right)):
            return True
        return any(_differ(item, right[key]) for key, item in left.items() if key in right)
    if is_list(left) and is_list(right):
        return (
            len(left) != len(right)
            or not same_kind(left, right)
            or any(_differ(a, b) for a, b in zip(left, right, strict=True))
        )
    return not equal(left, right)


def _infinite(left: object, right: object) -> tuple[int | Decimal | numbers.Infinite, ...] | None:
    """Both operands as numbers where one of them is infinite, None where none is or one is not known."""
    if not (isinstance(left, numbers.Infinite) or isinstance(right, numbers.Infinite)):
        return None
    if any(isinstance(one, Unknown) and not isinstance(one, numbers.Infinite) for one in (left, right)):
        return None
    return tuple(one if isinstance(one, numbers.Infinite) else to_number(one) for one in (left, right))


def _operands(left: object, right: object) -> tuple[int | Decimal, int | Decimal] | Unknown:
    if left is None or right is None:
        raise EvaluationError("null is not a number")
    if isinstance(left, Unknown):
        if not isinstance(right, Unknown):
            to_number(right)
        return left
    first = to_number(left)
    return right if isinstance(right, Unknown) else (first, to_number(right))


def arithmetic(operator: str, left: object, right: object) -> object:
    """``+ - * / %`` on numbers or text that is one."""
    pair = _operands(left, right)
    if isinstance(pair, Unknown):
        if (both := _infinite(left, right)) is not None:
            from sumptuary.sources.terraform.arithmetic import calculate_infinite

            return calculate_infinite(operator, *both)
        return pair
    first, second = pair
    if isinstance(first, int) and isinstance(second, int) and operator in _WHOLE:
        made = _WHOLE[operator](first, second)
        if not made and operator == "*" and (first < 0 or second < 0):
            return numbers.MINUS_ZERO
        if -_LARGEST_WHOLE < made < _LARGEST_WHOLE:
            return made
    from sumptuary.sources.terraform.arithmetic import calculate

    return calculate(operator, first, second)


def compare(operator: str, left: object, right: object) -> object:
    """``< > <= >=`` on numbers or text that is one."""
    pair = _operands(left, right)
    first: int | Decimal | float
    second: int | Decimal | float
    if isinstance(pair, Unknown):
        if (both := _infinite(left, right)) is None:
            return pair
        from sumptuary.sources.terraform.arithmetic import sized

        first, second = map(sized, both)
    else:
        first, second = pair
    if operator == "<":
        return first < second
    if operator == ">":
        return first > second
    return first <= second if operator == "<=" else first >= second


def negate(operand: object) -> object:
    """``-operand``."""
    if isinstance(operand, numbers.Infinite):
        return numbers.Infinite(negative=not operand.negative)
    if isinstance(operand, Unknown):
        return operand
    if operand is None:
        raise EvaluationError("null is not a number")
    number = to_number(operand)
    if isinstance(number, int):
        return -number if number else numbers.MINUS_ZERO if number is not numbers.MINUS_ZERO else 0
    return numbers.double(-float(number)) if isinstance(number, numbers.SpeltDecimal) else number.copy_negate()


def truth(value: object) -> bool | Unknown:
    """A value as a condition. Raises EvaluationError for null and for what is no bool."""
    if isinstance(value, bool):
        return value
    value = settled(value)
    if isinstance(value, Unknown):
        return value
    if value is None:
        raise EvaluationError("null is not a condition")
    return to_bool(value)


def logical(operator: str, left: object, right: object) -> object:
    """``&&`` and ``||`` of values, or of the errors that stand in for what cannot be evaluated.

    One decisive known operand settles the other, be that unknown or an error, and behind an unknown first operand the
    second is not asked, as since Terraform 1.12. Raises what is left of errors.
    """
    first = left if isinstance(left, EvaluationError) else truth(left)
    second = right if isinstance(right, EvaluationError) else truth(right)
    decisive = operator == "||"
    if first is decisive or second is decisive:
        return decisive
    if isinstance(first, EvaluationError):
        raise first
    if isinstance(first, Unknown):
        return first
    if isinstance(second, EvaluationError):
        raise second
    return second
