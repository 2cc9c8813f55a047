"""What a pod asks for: vCPUs, memory and devices, over all its containers, as the scheduler counts them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sumptuary.model import Requests
from sumptuary.sources.kubernetes.objects import Object
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

_SPECS = {
    "Pod": "spec",
    **dict.fromkeys(
        ("Deployment.apps", "StatefulSet.apps", "DaemonSet.apps", "ReplicaSet.apps", "Job.batch"), "spec.template.spec"
    ),
    "CronJob.batch": "spec.jobTemplate.spec.template.spec",
}
"""Where Kubernetes' own kinds describe their pods."""
CLAIM = "resource claim"
Wanted = dict[str, "Decimal | Unknown | None"]
"""Quantities by the name of the resource."""

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


def is_fragment(declared: Object) -> bool:
    """Whether an object of Kubernetes' own runs containers of which none has an image: no cluster takes it, so it is a
    patch, or a template that something else fills in."""
    path = _SPECS.get(f"{declared.kind}.{declared.group}" if declared.group else declared.kind)
    containers = declared.at(f"{path}.containers") if path is not None else None
    if not is_list(containers) or not containers:
        return False
    return not any(is_map(one) and "image" in one for one in containers)


def asked(spec: dict[str, object], path: str, containers_at: Sequence[str] = ()) -> Asked:
    """What the pod of a pod spec asks for. ``path`` is where the spec stands in its object; ``containers_at`` where
    each container does, if that is elsewhere.

    Containers run together and add up, as do sidecars (init containers that restart always); other init containers
    run one by one before, each beside the sidecars named before it, so the largest counts. What is asked for the pod as
    a whole stands in for what its containers ask for.
    """
    total: dict[str, Decimal | Unknown] = {}
    beside: dict[str, Decimal | Unknown] = {}
    first: dict[str, Decimal | Unknown] = {}
    devices: Devices | None = None
    before: Devices | None = None
    for name in ("containers", "initContainers"):
        containers = spec.get(name)
        for index, container in enumerate(containers if is_list(containers) else ()):
            if not is_map(container):
                continue
            wanted, where = _container(container)
            runs_init = name == "initContainers"
            own = f"{path}.{name}.{index}" if runs_init or not containers_at else containers_at[index]
            found = _devices(wanted, f"{own}.{where}")
            if not runs_init or container.get("restartPolicy") == "Always":
                _take(total, wanted, largest=False)
                if runs_init:
                    _take(beside, wanted, largest=False)
                devices = _together(devices, found)
            else:
                _take(first, _sum(wanted, beside), largest=True)
                before = _larger(before, found)
    devices = _larger(devices, before)
    _take(total, {key: first[key] for key in ("cpu", "memory") if key in first}, largest=True)
    _take_whole(total, spec.get("resources"))
    overhead = spec.get("overhead")
    if is_map(overhead):
        _take(total, {key: quantity(value) for key, value in overhead.items()}, largest=False)
    return Asked(_requests(total, devices), devices)


def _sum(wanted: Wanted, beside: dict[str, Decimal | Unknown]) -> Wanted:
    """What an init container asks for, with the sidecars that run by then."""
    both: dict[str, Decimal | Unknown] = {key: value for key, value in wanted.items() if value is not None}
    _take(both, {**beside}, largest=False)
    return {**both}


def _take_whole(total: dict[str, Decimal | Unknown], resources: object) -> None:
    """Take over what a pod as a whole asks for (``spec.resources``)."""
    if is_map(resources):
        wanted, _ = _container({"resources": resources})
        total |= {key: value for key in ("cpu", "memory") if (value := wanted.get(key)) is not None}


def _container(container: dict[str, object]) -> tuple[Wanted, str]:
    """What a container requests, a limit standing in for a request that is not given; and where devices are named."""
    resources = container.get("resources")
    if not is_map(resources):
        return {}, "resources"
    limits, requests = resources.get("limits"), resources.get("requests")
    wanted = {key: quantity(value) for source in (limits, requests) if is_map(source) for key, value in source.items()}
    claims = resources.get("claims")
    if is_list(claims) and claims:
        wanted[CLAIM] = Unknown("it asks for devices through a resource claim")
    where = "limits" if is_map(limits) and any(_is_device(key) for key in limits) else "requests"
    return wanted, f"resources.{where}"


def _take(total: dict[str, Decimal | Unknown], wanted: Wanted, *, largest: bool) -> None:
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


def _devices(wanted: Wanted, place: str) -> Devices | None:
    """The devices that one container asks for; what is zero is not asked for."""
    devices: Devices | None = None
    for key, value in wanted.items():
        if value is None or value == 0 or not (_is_device(key) or key == CLAIM):
            continue
        devices = _together(devices, _device(key, value, place))
    return devices


def _device(key: str, value: Decimal | Unknown, place: str) -> Devices:
    if key == CLAIM and isinstance(value, Unknown):
        return Devices(key, value, attribute=place.rpartition(".")[0])
    place = f"{place}.{key}"
    if key in _SHARED:
        part = Unknown(f"{key} is a part of a device, and how large a part is the cluster's own setting")
        return Devices(key, part, attribute=place)
    count = value if isinstance(value, Unknown) else int(value) or 1
    if (found := _SLICE.match(key)) is not None:
        return Devices(key, count, int(found["slices"]) / SLICES, float(found["memory"]), place)
    return Devices(key, count, attribute=place)


def _together(one: Devices | None, other: Devices | None) -> Devices | None:
    """The devices of what runs side by side, added where they are alike."""
    if one is None or other is None:
        return other if one is None else one
    if one.resource != other.resource:
        return _several(one)
    if isinstance(one.count, Unknown) or isinstance(other.count, Unknown):
        return one if isinstance(one.count, Unknown) else other
    return Devices(one.resource, one.count + other.count, one.fraction, one.memory_gib, one.attribute)


def _larger(one: Devices | None, other: Devices | None) -> Devices | None:
    """The devices of what runs one after the other: the most of them."""
    if one is None or other is None:
        return other if one is None else one
    if one.resource != other.resource:
        return _several(one)
    if isinstance(one.count, Unknown) or isinstance(other.count, Unknown):
        return one if isinstance(one.count, Unknown) else other
    return one if one.count >= other.count else other


def _several(one: Devices) -> Devices:
    return Devices(one.resource, Unknown("it asks for devices of several kinds"), attribute=one.attribute)


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
