"""Functions on numbers."""

from __future__ import annotations

import math

from sumptuary.sources.terraform import numbers, operators
from sumptuary.sources.terraform.functions.signature import Table
from sumptuary.sources.terraform.lazy import TerraformList
from sumptuary.sources.terraform.primitives import to_number
from sumptuary.sources.terraform.scope import EvaluationError

FUNCTIONS = Table()
function = FUNCTIONS.function
_LN2_HIGH, _LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
_LOG = (
    6.666666666666735130e-01,
    3.999999999940941908e-01,
    2.857142874366239149e-01,
    2.222219843214978396e-01,
    1.818357216161805012e-01,
    1.531383769920937332e-01,
    1.479819860511658591e-01,
)
"""The coefficients of the polynomial by which Go's library finds a logarithm."""
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


@function("number", name="abs")
def _absolute(value: numbers.Number) -> object:
    return operators.negate(value) if value < 0 or value is numbers.MINUS_ZERO else value


@function("number")
def ceil(value: numbers.Number) -> object:
    """The next whole number upwards."""
    return value if isinstance(value, int) else math.ceil(value)


@function("number")
def floor(value: numbers.Number) -> object:
    """The next whole number downwards."""
    return value if isinstance(value, int) else math.floor(value)


def _from_float(value: float) -> object:
    if math.isnan(value):
        raise EvaluationError("the result is not a number")
    return numbers.Infinite(negative=value < 0) if math.isinf(value) else numbers.double(value)


@function("number number")
def log(value: numbers.Number, base: numbers.Number) -> object:
    """The logarithm, as a double like Terraform's."""
    above, below = _logarithm(value), _logarithm(base)
    if below:
        return _from_float(above / below)
    return _from_float(math.copysign(math.inf, above) if above else math.nan)


def _logarithm(value: numbers.Number) -> float:
    if value <= 0:
        return math.nan if value < 0 else -math.inf
    return _natural_logarithm(float(value))


def _natural_logarithm(value: float) -> float:
    """The logarithm of a positive number in the steps of Go's library: C's differs in the last digit."""
    mantissa, shift = math.frexp(value)
    if mantissa < math.sqrt(2) / 2:
        mantissa *= 2
        shift -= 1
    f = mantissa - 1
    s = f / (2 + f)
    s2 = s * s
    s4 = s2 * s2
    odd = s2 * (_LOG[0] + s4 * (_LOG[2] + s4 * (_LOG[4] + s4 * _LOG[6])))
    even = s4 * (_LOG[1] + s4 * (_LOG[3] + s4 * _LOG[5]))
    half = 0.5 * f * f
    return shift * _LN2_HIGH - ((half - (s * (half + (odd + even)) + shift * _LN2_LOW)) - f)


@function("number number", name="pow")
def power(value: numbers.Number, exponent: numbers.Number) -> object:
    """The power, as a double like Terraform's."""
    base, times = float(value), float(exponent)
    if base == 0 and times < 0:
        return numbers.Infinite(negative=False)
    if base < 0 and times != int(times):
        raise EvaluationError("the power is not a number")
    try:
        return _from_float(_power(base, times))
    except OverflowError:
        return numbers.Infinite(negative=base < 0 and times % 2 == 1)


def _power(base: float, exponent: float) -> float:
    """The power by repeated squaring, as Go computes it: C's ``pow`` differs in the last digit."""
    if base > 0 and abs(exponent) == 0.5:
        return math.sqrt(base) if exponent > 0 else 1 / math.sqrt(base)
    if base == 0 or abs(exponent) >= 1 << 53:
        return math.pow(base, exponent)
    result, scale = 1.0, 0
    part, whole = math.modf(abs(exponent))
    if part:  # Go's exponential depends on the processor: a last digit may differ here
        part, whole = (part - 1, whole + 1) if part > 0.5 else (part, whole)
        result = math.exp(part * _natural_logarithm(base))
    mantissa, shift = math.frexp(base)
    left = int(whole)
    while left:
        if abs(shift) > 1 << 12:
            scale += shift
            break
        if left & 1:
            result *= mantissa
            scale += shift
        mantissa *= mantissa
        shift <<= 1
        if mantissa < 0.5:
            mantissa += mantissa
            shift -= 1
        left >>= 1
    if exponent < 0:
        result, scale = 1 / result, -scale
    return math.ldexp(result, scale)


@function("number number*", name="max")
def _largest(*values: numbers.Number) -> object:
    return max(values)


@function("number number*", name="min")
def _smallest(*values: numbers.Number) -> object:
    return min(values)


@function("any number")
def parseint(text: object, base: numbers.Number) -> object:
    """The whole number that text stands for in a base of 2 to 62."""
    if not isinstance(text, str):
        raise EvaluationError("the first argument must be a string")
    if not isinstance(base, int) or not 2 <= base <= 62:
        raise EvaluationError("the base must be a whole number from 2 to 62")
    digits = text[1:] if text[:1] in ("-", "+") else text
    if base <= 36:
        digits = digits.lower()
    places = [_DIGITS.find(digit) for digit in digits]
    if not places or len(places) > 2000 or any(not 0 <= place < base for place in places):
        raise EvaluationError(f"{text[:40]!r} is not a whole number in base {base}")
    value = 0
    for place in places:
        value = value * base + place
    return -value if text.startswith("-") else value


@function("number")
def signum(value: numbers.Number) -> object:
    """-1, 0 or 1."""
    if not isinstance(value, int):
        raise EvaluationError("a whole number is required")
    return (value > 0) - (value < 0)


@function("number number? number?", name="range")
def _range(first: numbers.Number, *more: numbers.Number) -> object:
    start, end = (first, more[0]) if more else (0, first)
    step = more[1] if len(more) > 1 else (1 if end >= start else -1)
    if start == end:
        return TerraformList()
    if step == 0:
        raise EvaluationError("the step must not be zero")
    if (end - start) * step < 0:
        raise EvaluationError("the step leads away from the end")
    made = TerraformList()
    current = start
    while (current < end) if step > 0 else (current > end):
        made.append(current)
        if len(made) > 1024:
            raise EvaluationError("more than 1024 values are too large a range")
        current = to_number(operators.arithmetic("+", current, step))
    return made
