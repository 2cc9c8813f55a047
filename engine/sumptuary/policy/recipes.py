"""The savings recipe of a template: a named lever, its figures computed in CEL; what is not known has no figure."""

from __future__ import annotations

import math
from decimal import Decimal

from sumptuary.findings import Lever
from sumptuary.money import HOURS_PER_MONTH, Range
from sumptuary.policy.conditions import NUMBERS, TEXT, Asked, ConditionError, Expression
from sumptuary.values import Unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sumptuary.model import Resource

EXPRESSIONS = {"quantity": NUMBERS, "hours": NUMBERS, "sku": TEXT, "region": TEXT}
"""The keys of a recipe that are CEL, with the types that they may come to."""
MOST = 10**9

Members = tuple[tuple["Resource", tuple[Lever, ...]], ...]


class Recipe:
    """A compiled savings recipe."""

    __slots__ = ("_figure", "_option", "expressions", "stage")

    def __init__(self, recipe: dict[str, str]) -> None:
        """Compile ``{lever, and the key that it takes}``.

        Raises:
            SumptuaryError: CEL is not installed.
        """
        self.stage, self._option = recipe["lever"], recipe.get("option", "")
        key = next((name for name in EXPRESSIONS if name in recipe), "")
        self._figure = Expression(recipe[key], EXPRESSIONS[key]) if key else None
        self.expressions = () if self._figure is None else (self._figure,)

    def lever(self, asked: Asked) -> tuple[Lever | None, str]:
        """The lever to pull on one resource, or why there is no figure."""
        if self._figure is None:
            return Lever(self.stage, target=self._option), ""
        try:
            found = self._figure.value(asked)
        except ConditionError as error:
            return None, error.message
        if isinstance(found, Unknown):
            return None, found.reason
        if self.stage in ("sku", "region"):
            if not isinstance(found, str) or not found:
                return None, f"the {self.stage} came out as {found!r}"
            return Lever(self.stage, target=found), ""
        if isinstance(found, bool) or not isinstance(found, (int, float)) or not math.isfinite(found):
            return None, f"{self._figure.shown} came out as {found!r}"
        most = HOURS_PER_MONTH if self.stage == "hours" else MOST
        if not 0 <= found <= most:
            return None, f"{self._figure.shown} came out as {found:g}, which is not between 0 and {most}"
        return Lever(self.stage, Range.of(Decimal(str(found)))), ""

    def members(self, asked: Asked, resources: Sequence[Resource]) -> tuple[Members, str]:
        """The levers to pull on the resources of a group, or why there is no figure.

        Of a quantity, whole resources go: the cheapest, so that no more is promised than any choice of them saves.
        """
        lever, why = self.lever(asked)
        if lever is None:
            return (), why
        if self.stage not in ("eliminate", "quantity") or lever.amount is None:
            return tuple((resource, (lever,)) for resource in resources), ""
        count = lever.amount.expected
        going = math.floor(count) if self.stage == "eliminate" else len(resources) - math.ceil(count)
        cheapest = sorted(resources, key=_cost)[: max(going, 0)]
        return tuple((resource, (Lever("eliminate"),)) for resource in cheapest), ""


def _cost(resource: Resource) -> tuple[bool, Decimal, str]:
    """Cheapest first; without a price last."""
    monthly = resource.cost.monthly
    return monthly is None, Decimal(0) if monthly is None else monthly.expected, resource.id
