"""What instance types are made of: vCPU, memory and accelerators, from small tables and, for vCPU, from type names."""

from __future__ import annotations

from dataclasses import dataclass

from sumptuary.catalogue.tables import Table, Tables
from sumptuary.catalogue.type_names import without_accelerators
from sumptuary.model import Accelerators

SAGEMAKER = "ml."


@dataclass(slots=True)
class Hardware:
    """What one instance of a SKU has. None is not known (of ``accelerators``: there is none, the type being known)."""

    sku: str
    vcpus: int | None
    memory_gib: float | None
    accelerators: Accelerators | None
    current_generation: bool | None


class HardwareTables:
    """The hardware of every provider, read when it is asked for."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._found: dict[tuple[str, str], Hardware | None] = {}
        self._carriers: dict[tuple[str, str], tuple[Hardware, ...]] = {}
        self._entries: dict[str, dict[str, str] | None] = {}

    def of(self, provider: str, sku: str) -> Hardware | None:
        """The hardware of a type, or None where neither a table nor the name tells it."""
        key = (provider, sku)
        if key not in self._found:
            self._found[key] = self._read(provider, sku)
        return self._found[key]

    def with_accelerator(self, provider: str, accelerator: str) -> tuple[Hardware, ...]:
        """The types with an accelerator by accelerators in all, then memory, then name.

        A model (``A100``) means all its sizes; a variant or an alias (``A100-80GB``) all variants of that memory.
        """
        key = (provider, accelerator)
        if key not in self._carriers:
            self._carriers[key] = self._carrying(provider, accelerator)
        return self._carriers[key]

    def _carrying(self, provider: str, accelerator: str) -> tuple[Hardware, ...]:
        table, known, entry = self._tables.table(provider, "hardware"), self._known(), self._entry(accelerator)
        if table is None or known is None or entry is None:
            return ()
        model, memory = entry["model"], None if accelerator == entry["model"] else entry["memory_gib"]
        variants = {row["variant"] for row in known.rows_with(model) if memory in (None, row["memory_gib"])}
        made = [_hardware(row, row["sku"]) for row in table.rows_with(model) if row["variant"] in variants]
        return tuple(sorted(made, key=_size))

    def accelerator_name(self, text: str) -> str | None:
        """The model's name (``A100``) from a model, a variant or an alias."""
        entry = self._entry(text)
        return entry["model"] if entry is not None else None

    def accelerator_memory_gib(self, text: str) -> float | None:
        """The memory of one accelerator, GiB as its maker states it; the smallest variant's where several match."""
        table, entry = self._known(), self._entry(text)
        if table is None or entry is None:
            return None
        of_model = table.rows_with(entry["model"]) if text == entry["model"] else [entry]
        sizes = [float(row["memory_gib"]) for row in of_model if row["memory_gib"]]
        return min(sizes, default=None)

    def _read(self, provider: str, sku: str) -> Hardware | None:
        bare = sku.removeprefix(SAGEMAKER) if provider == "aws" else sku
        table = self._tables.table(provider, "hardware")
        row = table.row(bare, fold_case=provider == "azure") if table is not None else None
        if row is not None:
            return _hardware(row, sku)
        plain = without_accelerators(provider, sku)
        return Hardware(sku, plain[0], plain[1], None, None) if plain is not None else None

    def _known(self) -> Table | None:
        return self._tables.table("accelerators")

    def _entry(self, text: str) -> dict[str, str] | None:
        """The row of accelerators.csv that a model, variant or alias means; of a model its default variant."""
        if text not in self._entries:
            self._entries[text] = self._find_entry(text)
        return self._entries[text]

    def _find_entry(self, text: str) -> dict[str, str] | None:
        table = self._known()
        if table is None or not text.strip():
            return None
        wanted = "-".join(text.lower().replace("_", " ").replace("-", " ").split())
        rows = table.rows()
        bare = "-".join(word for word in wanted.split("-") if word not in _MAKERS)
        names = {wanted, bare, _PRODUCTS.get(bare, bare)}
        for row in rows:
            if row["variant"].lower() in names or wanted in row["aliases"].split("|"):
                return row
        name, size = _words(wanted)
        of_model = [row for row in rows if row["model"].lower() == name]
        return next((row for row in of_model if size in ("", row["memory_gib"])), None)


_MAKERS = ("nvidia", "tesla", "amd", "instinct")
_PRODUCTS = {"gh200-480gb": "gh200-96gb", "rtx-pro-6000-blackwell-server-edition": "rtx-pro-6000"}
"""Names of drivers whose size or edition is not that of the accelerator: a GH200's 480 GB are its processor's."""


def _words(text: str) -> tuple[str, str]:
    """Model and memory in GB (or empty) of a device's name: ``a100, 40`` of ``nvidia-a100-sxm4-40gb``."""
    words = [word for word in text.split("-") if word not in _MAKERS]
    sizes = [word[:-2] for word in words[1:] if word.endswith("gb") and word[:-2].isdecimal()]
    bare = [word for word in words if not (word.endswith("gb") and word[:-2].isdecimal())]
    joined = "-".join(bare)
    known_ending = (
        *("-sxm", "-sxm2", "-sxm3", "-sxm4", "-sxm5", "-pcie", "-nvl", "-nvlink", "-oam"),
        *("-hbm3", "-hbm3e", "-mega"),
    )
    while joined.endswith(known_ending):
        joined = joined.rpartition("-")[0]
    return joined, sizes[0] if sizes else ""


def _hardware(row: dict[str, str], sku: str) -> Hardware:
    """A row of a hardware table; columns that are empty throughout a table are not in it."""
    accelerators = None
    if row["model"]:
        each, fraction = row["accelerator_memory_gib"], row.get("fraction") or 1
        accelerators = Accelerators(row["model"], int(row["count"]), float(each) if each else None, float(fraction))
    current = row.get("current_generation")
    return Hardware(
        sku,
        int(row["vcpus"]) if row["vcpus"] else None,
        float(row["memory_gib"]) if row["memory_gib"] else None,
        accelerators,
        current == "yes" if current else None,
    )


def _size(hardware: Hardware) -> tuple[float, float, str]:
    has = hardware.accelerators
    count = has.count * has.fraction if has is not None and isinstance(has.count, int) else 0.0
    return (count, hardware.memory_gib or float("inf"), hardware.sku)
