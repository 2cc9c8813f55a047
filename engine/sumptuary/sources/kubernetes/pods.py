"""What a pod asks for: vCPUs, memory and devices, over all its containers, as the scheduler counts them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sumptuary.model import Requests
from sumptuary.sources.kubernetes.quantities import GIB, quantity
from sumptuary.values import Unknown, is_list, is_map

DEVICES = frozenset(
    {
        "nvidia.com/gpu", "nvidia.com/gpu.shared", "alpha.kubernetes.io/nvidia-gpu", "k8s.amazonaws.com/vgpu",
        "amd.com/gpu", "gpu.intel.com/i915", "gpu.intel.com/xe", "habana.ai/gaudi", "aws.amazon.com/neuron",
        "aws.amazon.com/neurondevice", "aws.amazon.com/neuroncore", "google.com/tpu",
        "huawei.com/Ascend910", "huawei.com/Ascend310P", "huawei.com/ascend-1980", "cambricon.com/vmlu",
        "qualcomm.com/qaic", "rngd.furiosa.ai/npu", "tenstorrent.com/n150",
    }
)  # fmt: skip
"""Extended resources of device plugins, by their vendors' documentation; ``_DEVICE`` knows further ones by name."""

_DEVICE = re.compile(r"[./-](gpu|npu|tpu|xpu|dcu|gcu|mlu|vgpu|vcuda)s?\Z", re.IGNORECASE)
_SLICE = re.compile(r"nvidia\.com/mig-(?P<slices>[1-7])g\.(?P<memory>\d{1,3})gb")
SLICES = 7
"""Compute slices of a whole GPU (NVIDIA MIG user guide; an A30 has 4)."""

_SHARED = ("nvidia.com/gpu.shared", "k8s.amazonaws.com/vgpu", "aws.amazon.com/neuroncore")


@dataclass(slots=True, frozen=True)
class Devices:
    """The devices of one pod: how many of which resource; of slices, which part of a device and its memory in GiB."""

    resource: str
    count: int | Unknown
    fraction: float = 1.0
    memory_gib: float | None = None
    attribute: str = ""


@dataclass(slots=True, eq=False, repr=False)
class Asked:
    """What a pod asks for; ``devices`` is None where it asks for none."""

    requests: Requests
    devices: Devices | None


def asked(spec: dict[str, object], path: str, containers_at: Sequence[str] = ()) -> Asked:
    """What the pod of a pod spec asks for. ``path`` is where the spec stands in its object; ``containers_at`` where
    each container does, if that is elsewhere.

    Containers run together and add up, as do sidecars (init containers that restart always); other init containers
    run one by one before, so the largest counts.
    """
    total: dict[str, Decimal | Unknown] = {}
    first: dict[str, Decimal | Unknown] = {}
    devices: Devices | None = None
    for name in ("containers", "initContainers"):
        containers = spec.get(name)
        for index, container in enumerate(containers if is_list(containers) else ()):
            if not is_map(container):
                continue
            wanted, where = _container(container)
            runs_init = name == "initContainers"
            runs_along = not runs_init or container.get("restartPolicy") == "Always"
            _take(total if runs_along else first, wanted, largest=not runs_along)
            own = f"{path}.{name}.{index}" if runs_init or not containers_at else containers_at[index]
            found = _devices(wanted, f"{own}.{where}")
            devices = devices if found is None else found if devices is None else _together(devices, found)
    for key, value in first.items():
        if isinstance(value, Decimal) and key in ("cpu", "memory"):
            present = total.get(key, Decimal(0))
            total[key] = present if isinstance(present, Unknown) else max(present, value)
    overhead = spec.get("overhead")
    if is_map(overhead):
        _take(total, {key: quantity(value) for key, value in overhead.items()}, largest=False)
    return Asked(_requests(total, devices), devices)


def _container(container: dict[str, object]) -> tuple[dict[str, Decimal | Unknown | None], str]:
    """What a container requests, a limit standing in for a request that is not given; and where devices are named."""
    resources = container.get("resources")
    if not is_map(resources):
        return {}, "resources"
    limits, requests = resources.get("limits"), resources.get("requests")
    wanted = {key: quantity(value) for source in (limits, requests) if is_map(source) for key, value in source.items()}
    claims = resources.get("claims")
    if is_list(claims) and claims:
        wanted["resource claim"] = Unknown("it asks for devices through a resource claim")
    where = "limits" if is_map(limits) and any(_is_device(key) for key in limits) else "requests"
    return wanted, f"resources.{where}"


def _take(total: dict[str, Decimal | Unknown], wanted: dict[str, Decimal | Unknown | None], *, largest: bool) -> None:
    for key, value in wanted.items():
        if value is None:
            continue
        present = total.get(key, Decimal(0))
        if isinstance(present, Unknown) or isinstance(value, Unknown):
            total[key] = value if isinstance(value, Unknown) else present
        else:
            total[key] = max(present, value) if largest else present + value


def _is_device(key: str) -> bool:
    return key in DEVICES or _SLICE.match(key) is not None or (_DEVICE.search(key) is not None and "/" in key)


def _devices(wanted: dict[str, Decimal | Unknown | None], place: str) -> Devices | None:
    """The devices that one container asks for; what is zero is not asked for."""
    for key, value in wanted.items():
        if value is None or value == 0:
            continue
        if key == "resource claim" and isinstance(value, Unknown):
            return Devices(key, value, attribute=place.rpartition(".")[0])
        if not _is_device(key):
            continue
        place = f"{place}.{key}"
        if key in _SHARED:
            part = Unknown(f"{key} is a part of a device, and how large a part is the cluster's own setting")
            return Devices(key, part, attribute=place)
        count = value if isinstance(value, Unknown) else int(value) or 1
        if (found := _SLICE.match(key)) is not None:
            fraction = int(found["slices"]) / SLICES
            return Devices(key, count, fraction, float(found["memory"]), place)
        return Devices(key, count, attribute=place)
    return None


def _together(one: Devices, other: Devices) -> Devices:
    """The devices of two containers of a pod, added where they are alike."""
    if one.resource != other.resource:
        return Devices(
            one.resource, Unknown("its containers ask for devices of several kinds"), attribute=one.attribute
        )
    if isinstance(one.count, Unknown) or isinstance(other.count, Unknown):
        return one if isinstance(one.count, Unknown) else other
    return Devices(one.resource, one.count + other.count, one.fraction, one.memory_gib, one.attribute)


def _requests(total: dict[str, Decimal | Unknown], devices: Devices | None) -> Requests:
    memory = total.get("memory", Decimal(0))
    wanted: Decimal | Unknown = Decimal(0)
    if devices is not None:
        wanted = devices.count if isinstance(devices.count, Unknown) else _parts(devices.count, devices.fraction)
    return Requests(
        vcpus=total.get("cpu", Decimal(0)),
        memory_gib=memory if isinstance(memory, Unknown) else memory / GIB,
        accelerators=wanted,
    )


def _parts(count: int, fraction: float) -> Decimal:
    return Decimal(count) if fraction == 1 else Decimal(count) * round(fraction * SLICES) / SLICES
