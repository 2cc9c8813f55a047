"""The catalogue that rules and pricing ask: prices with their grade and date, hardware, and why something is not known.

Prices come from the user's files first, then from the shipped tables. What a table does not hold is never guessed: an
AWS price outside the listed regions is estimated from us-east-1 by the family's ratio, and only where the type was
offered there; everything else that is missing is None, with a reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

from sumptuary.catalogue.hardware import Hardware, HardwareTables
from sumptuary.catalogue.names import OPTIONS, family, provider_name, region_name
from sumptuary.catalogue.tables import DATA, Quote, Source, Table, Tables
from sumptuary.findings import PriceUse
from sumptuary.money import Range

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sumptuary.catalogue.overrides import Override

STALE_DAYS, STALE_SPOT_DAYS, REFUSED_SPOT_DAYS = 90, 7, 365
BASE_REGION = "us-east-1"
_COLUMNS = {"on-demand": "on_demand", "spot": "spot", "commit-1y": "commit_1y", "commit-3y": "commit_3y"}


class Missing(str):
    """Why there is no price, as a phrase for a person."""

    __slots__ = ()


class Catalogue:
    """Prices and hardware as of ``now``; ``overrides`` are paths of the user's price files, the first winning.

    Raises ``ConfigurationError`` (file and line) where an override file is wrong. Nothing else is read until it is
    asked for, and then only the file that holds it.
    """

    def __init__(self, overrides: Sequence[str] = (), now: datetime | None = None, *, directory: str = DATA) -> None:
        self.today: date = (now or datetime.now(UTC)).date()
        self.tables = Tables(directory)
        self._hardware = HardwareTables(self.tables)
        self._overrides: dict[tuple[str, str, str, str], Override] = {}
        if overrides:
            from sumptuary.catalogue.overrides import read_overrides

            for path in overrides:
                for override in read_overrides(path):
                    self._overrides.setdefault(override.key, override)
        self._answers: dict[tuple[str, str, str, str], PriceUse | Missing] = {}
        self._used: dict[tuple[str, str], None] = {}

    @property
    def version(self) -> str:
        """The content hash of the shipped tables, short."""
        index = self.tables.table("index")
        if index is None:
            return "none"
        return index.head.get("version", "none")

    @property
    def overrides(self) -> int:
        """How many prices of the user's own there are."""
        return len(self._overrides)

    @property
    def as_of(self) -> str:
        """The oldest date of a price given out so far (ISO); empty while none was."""
        return min((as_of for _, as_of in self._used), default="")

    def price(self, provider: str, sku: str, region: str, option: str = "on-demand") -> PriceUse | None:
        """The unit price of a SKU, USD; ``option`` is on-demand, spot, commit-1y or commit-3y."""
        answer = self._answer(provider, sku, region, option)
        if isinstance(answer, Missing):
            return None
        self._used[("spot" if option == "spot" else "list", answer.as_of)] = None
        return answer

    def component_price(self, provider: str, item: str, region: str) -> PriceUse | None:
        """The price of something that is not an instance type (``ebs:gp3``, ``nat-gateway``; docs/prices.md)."""
        return self.price(provider, item, region)

    def why_unknown(self, provider: str, sku: str, region: str, option: str = "on-demand") -> str:
        """Why ``price`` gives None for these; empty where it gives a price."""
        answer = self._answer(provider, sku, region, option)
        return str(answer) if isinstance(answer, Missing) else ""

    def rates(self, provider: str, sku: str, region: str) -> tuple[PriceUse, ...]:
        """Every option's price of a SKU in a region, those that are known."""
        found = (self.price(provider, sku, region, option) for option in OPTIONS)
        return tuple(use for use in found if use is not None)

    def hardware(self, provider: str, sku: str) -> Hardware | None:
        """vCPU, memory and accelerators of an instance type; ``ml.X`` of SageMaker is made of ``X``."""
        return self._hardware.of(provider_name(provider), sku)

    def skus_with(self, provider: str, accelerator: str) -> tuple[Hardware, ...]:
        """The instance types with an accelerator (``A100``, ``A100-80GB``), the smallest first."""
        return self._hardware.with_accelerator(provider_name(provider), accelerator)

    def accelerator_name(self, text: str) -> str | None:
        """The catalogue's name of an accelerator (``A100``) from any it goes by (``nvidia-tesla-a100``)."""
        return self._hardware.accelerator_name(text)

    def accelerator_memory_gib(self, model: str) -> float | None:
        """The memory of one accelerator, GiB; of a name with several sizes (``A100``) the smallest."""
        return self._hardware.accelerator_memory_gib(model)

    def interruption_band(self, provider: str, sku: str, region: str) -> int | None:
        """How often AWS reclaims spot instances of a type: 0 (< 5 % a month) to 4 (> 20 %), or None.

        None too where the figure is older than a year, as for spot prices: what was rare may be common by now.
        """
        name, place = provider_name(provider), region_name(provider_name(provider), region)
        row = self._spot_row(name, sku.removeprefix("ml."), place)
        table = self.tables.table("aws-spot", place) if row is not None else None
        if row is None or table is None:
            return None
        oldest = min(source.as_of for source in table.sources.values())
        return None if age_in_days(oldest, self.today) > REFUSED_SPOT_DAYS else int(row["interruption_band"])

    def warnings(self, now: datetime | None = None) -> tuple[str, ...]:
        """A line for each kind of price given out that is older than it should be (90 days; 7 for spot)."""
        today = now.date() if now is not None else self.today
        found: list[str] = []
        for kind, limit, what in (("list", STALE_DAYS, "list prices"), ("spot", STALE_SPOT_DAYS, "spot prices")):
            dates = [as_of for used, as_of in self._used if used == kind]
            if dates and (days := age_in_days(min(dates), today)) > limit:
                found.append(f"{what} used here are up to {days} days old (as of {min(dates)}): check what matters")
        return tuple(found)

    def knows(self, provider: str, sku: str) -> bool:
        """Whether the SKU is in any table or override, whatever the region."""
        name = provider_name(provider)
        if any(key[:2] == (name, sku) for key in self._overrides) or self.hardware(name, sku) is not None:
            return True
        index = self.tables.table("index")
        for entry in index.rows() if index is not None else ():
            path = entry["file"]
            table = self.tables.table(*path.split("/")) if path.startswith(f"{name}/") else None
            if table is not None and table.row(sku, fold_case=name == "azure") is not None:
                return True
        return False

    # -- how an answer is found ------------------------------------------------------------------------------------

    def _answer(self, provider: str, sku: str, region: str, option: str) -> PriceUse | Missing:
        key = (provider, sku, region, option)
        answer = self._answers.get(key)
        if answer is None:
            name = provider_name(provider)
            answer = self._answers[key] = self._find(name, sku, region_name(name, region), option)
        return answer

    def _find(self, provider: str, sku: str, region: str, option: str) -> PriceUse | Missing:
        for place in (region, "*"):
            own = self._overrides.get((provider, sku, place, option))
            if own is not None:
                return own.use(region)
        if option not in _COLUMNS:
            return Missing(f"{option} is no purchase option that the catalogue knows")
        table = self.tables.table(provider, region)
        row = table.row(sku, fold_case=provider == "azure") if table is not None else None
        if table is not None and row is not None:
            use = self._listed(table, row, region, option)
            if use is not None:
                return use
        if provider == "aws" and "." in sku and ":" not in sku:
            return self._derived(sku, region, option)
        return Missing(self._plain_reason(provider, sku, region, option, row))

    def _listed(self, table: Table, row: dict[str, str], region: str, option: str) -> PriceUse | Missing | None:
        quote = table.quote(row, _COLUMNS[option])
        if quote is None:
            return None
        if option == "spot" and (days := age_in_days(quote.source.as_of, self.today)) > REFUSED_SPOT_DAYS:
            return _too_old(row["sku"], quote.source, days)
        unit = row.get("unit") or "hour"
        return _use(row["sku"], region, option, Range.of(quote.value), unit, quote.source)

    def _derived(self, sku: str, region: str, option: str) -> PriceUse | Missing:
        if option == "on-demand":
            return self._region_estimate(sku, region)
        if option == "spot":
            return self._advised_spot(sku, region)
        return self._reserved(sku, region, option)

    def _region_estimate(self, sku: str, region: str) -> PriceUse | Missing:
        """The us-east-1 price times the family's ratio, where the spot advisor shows that the type was offered."""
        ratios = self.tables.table("aws", "region-ratio")
        row = ratios.row(f"{family(sku)}/{region}") if ratios is not None else None
        base = self._list_price(sku, BASE_REGION)
        if base is None:
            return Missing(f"no price of {sku} is in the catalogue")
        if region == BASE_REGION or ratios is None or row is None:
            return Missing(
                f"no price of {sku} in {region} is in the catalogue, and its family has no ratio to {BASE_REGION} there"
            )
        if self._spot_row("aws", sku, region) is None:
            return Missing(f"nothing shows that {sku} is offered in {region}, so it is not estimated")
        ratio = ratios.quote(row, "ratio_to_us_east_1")
        if ratio is None or base.source.grade != "exact":
            return Missing(f"the {BASE_REGION} price of {sku} is itself not sure, so {region} is not estimated from it")
        return _use(sku, region, "on-demand", Range.of(base.value * ratio.value), "hour", _both(base, ratio))

    def _advised_spot(self, sku: str, region: str) -> PriceUse | Missing:
        """On demand less the spot advisor's percentage (a whole number, so within half a point)."""
        advisor = self.tables.table("aws-spot", region)
        row = self._spot_row("aws", sku, region)
        saving = advisor.quote(row, "savings_percent") if advisor is not None and row is not None else None
        if saving is None:
            return Missing(f"no spot price of {sku} in {region} is in the catalogue")
        if (days := age_in_days(saving.source.as_of, self.today)) > REFUSED_SPOT_DAYS:
            return _too_old(sku, saving.source, days)
        base = self._answer("aws", sku, region, "on-demand")
        if isinstance(base, Missing):
            return base
        left = [1 - (saving.value + part) / 100 for part in (Decimal("-0.5"), Decimal(0), Decimal("0.5"))]
        worst = Source(saving.source.name, min(saving.source.as_of, base.as_of), saving.source.licence, base.grade)
        return _use(
            sku, region, "spot", Range.between(*(base.unit_price.expected * part for part in left)), "hour", worst
        )

    def _reserved(self, sku: str, region: str, option: str) -> PriceUse | Missing:
        """On demand less the family's one-year all-upfront discount; never for accelerators."""
        if option == "commit-3y":
            return Missing("three-year commitments of AWS are not in the catalogue")
        table = self.tables.table("aws", "reserved-ratio")
        row = table.row(family(sku)) if table is not None else None
        discount = table.quote(row, "discount") if table is not None and row is not None else None
        if discount is None:
            return Missing(f"no commitment price of {sku} is in the catalogue")
        made_of = self.hardware("aws", sku)
        if made_of is None or made_of.accelerators is not None:
            return Missing(
                f"a commitment price of {sku} is only known by family, which is not good enough for accelerators"
            )
        base = self._list_price(sku, region) if region == BASE_REGION else None
        if base is None or base.source.grade != "exact":
            return Missing(f"the family's commitment discount needs a sure list price, and {sku} in {region} has none")
        value = base.value * (1 - discount.value)
        source = _both(base, discount)
        return _use(sku, region, option, Range.of(value), "hour", source)

    def _list_price(self, sku: str, region: str) -> Quote | None:
        table = self.tables.table("aws", region)
        row = table.row(sku) if table is not None else None
        return table.quote(row, "on_demand") if table is not None and row is not None else None

    def _spot_row(self, provider: str, sku: str, region: str) -> dict[str, str] | None:
        table = self.tables.table("aws-spot", region) if provider == "aws" else None
        return table.row(sku) if table is not None else None

    def _plain_reason(self, provider: str, sku: str, region: str, option: str, row: dict[str, str] | None) -> str:
        what = "price" if option == "on-demand" else f"{option} price"
        if row is not None and row.get("flag") == "unconfirmed":
            return f"one source lists {sku} in {region} and another does not, so its price is not quoted"
        if self.tables.table(provider, region) is None:
            return f"no prices of {provider or 'this provider'} in {region or 'this region'} are in the catalogue"
        return f"no {what} of {sku} in {region} is in the catalogue"


def age_in_days(as_of: str, today: date) -> int:
    """Days from an ISO date to today; a date in the future has age 0."""
    return max((today - date.fromisoformat(as_of)).days, 0)


def _use(sku: str, region: str, option: str, price: Range, unit: str, source: Source) -> PriceUse:
    return PriceUse(sku, region, option, price, unit, source.name, source.as_of, source.grade)


def _both(base: Quote, factor: Quote) -> Source:
    """The source of a product: both names, the older date, the factor's grade."""
    name = f"{base.source.name} x {factor.source.name}"
    return Source(name, min(base.source.as_of, factor.source.as_of), base.source.licence, factor.source.grade)


def _too_old(sku: str, source: Source, days: int) -> Missing:
    return Missing(f"the spot price of {sku} is from {source.as_of}, {days} days ago: too old to quote")
