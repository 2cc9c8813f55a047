"""From an object to a resource: the pods it runs, how many, on what, what for and how long."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from sumptuary.model import NO_ACCELERATORS, Accelerators, Compute, Lifetime, Resource, Workload
from sumptuary.sources.kubernetes.checkpoints import checkpoint_of
from sumptuary.sources.kubernetes.kinds import Kind, PodSet
from sumptuary.sources.kubernetes.nodes import Selected, selected
from sumptuary.sources.kubernetes.objects import Object, settled, text_map, value_at
from sumptuary.sources.kubernetes.pods import Asked, Devices, asked
from sumptuary.sources.kubernetes.purpose import purpose_of
from sumptuary.sources.kubernetes.quantities import whole
from sumptuary.values import Unknown, is_list, is_map

DEADLINE_LABEL = "kueue.x-k8s.io/max-exec-time-seconds"
TTL_ANNOTATIONS = ("janitor/ttl", "k8s-ttl-controller.twin.sh/ttl")
EXPIRY_ANNOTATION = "janitor/expires"
SCHEDULE_ANNOTATIONS = ("downscaler/uptime", "downscaler/downtime", "downscaler/force-uptime")
QUEUE_LABEL = "kueue.x-k8s.io/queue-name"
SELECTOR = "nodeSelector"
"""What would settle which nodes a pod runs on."""
STOPPED_ANNOTATION = "kubeflow-resource-stopped"
SCALE = {"minimum": ("autoscaling.knative.dev/min-scale", "autoscaling.knative.dev/minScale"),
         "maximum": ("autoscaling.knative.dev/max-scale", "autoscaling.knative.dev/maxScale")}  # fmt: skip


@dataclass(slots=True, eq=False, repr=False)
class Pods:
    """One set of equal pods: its spec and where that stands, its metadata, and how many there are."""

    name: str
    spec: dict[str, object]
    path: str
    metadata: dict[str, object]
    minimum: int | Unknown | None
    desired: int | Unknown | None
    maximum: int | Unknown | None
    count_attribute: str
    containers_at: tuple[str, ...] = ()

    def asked(self) -> Asked:
        """What each of the pods asks for."""
        return asked(self.spec, self.path, self.containers_at)


def pods_of(declared: Object, kind: Kind) -> list[Pods]:
    """The sets of pods of an object, the one with the most devices first."""
    found = [pods for pod_set in kind.pods for pods in _pods(declared.body, pod_set)]
    return found if len(found) < 2 else sorted(found, key=lambda pods: -_devices_asked(pods))


def _devices_asked(pods: Pods) -> Decimal:
    wanted = pods.asked().requests.accelerators
    return Decimal(1) if isinstance(wanted, Unknown) else wanted


def _pods(body: dict[str, object], pod_set: PodSet) -> Iterator[Pods]:
    for path, holder in _each(body, pod_set.path.split(".") if pod_set.path else []):
        template_path = ".".join(part for part in (path, pod_set.template) if part)
        template = value_at(holder, pod_set.template)
        if not is_map(template):
            continue
        spec_path = template_path if pod_set.inline else ".".join(part for part in (template_path, "spec") if part)
        spec: object = template.get("spec")
        containers_at: list[str] = []
        if pod_set.inline:
            spec = _inline(template, template_path, containers_at)
        if not is_map(spec):
            continue
        metadata = template.get("metadata")
        desired = _count(holder, pod_set)
        below = holder.get("groupName") or holder.get("name") or path.rpartition(".")[2]
        yield Pods(
            name=str(below),
            spec=spec,
            path=spec_path,
            metadata=metadata if is_map(metadata) else {},
            minimum=whole(value_at(holder, pod_set.minimum)) if pod_set.minimum else None,
            desired=desired,
            maximum=whole(value_at(holder, pod_set.maximum)) if pod_set.maximum else None,
            count_attribute=f"{path}.{pod_set.desired}" if pod_set.desired else path,
            containers_at=tuple(containers_at),
        )


def _each(value: object, steps: list[str], path: str = "") -> Iterator[tuple[str, dict[str, object]]]:
    """The maps that a path leads to; ``*`` is every item of a list or every value of a map."""
    if not steps:
        if is_map(value):
            yield path, value
        return
    step, rest = steps[0], steps[1:]
    if step == "*":
        items = enumerate(value) if is_list(value) else value.items() if is_map(value) else ()
        for key, item in items:
            yield from _each(item, rest, f"{path}.{key}")
    elif is_map(value):
        yield from _each(value.get(step), rest, f"{path}.{step}" if path else step)


def _count(holder: dict[str, object], pod_set: PodSet) -> int | Unknown | None:
    count = whole(value_at(holder, pod_set.desired)) if pod_set.desired else None
    if count is None:
        if pod_set.default is None:
            return Unknown("it runs once on every node, and how many there are is not known")
        if pod_set.minimum and whole(value_at(holder, pod_set.minimum)) is not None:
            return None
        count = pod_set.default
    most = whole(value_at(holder, pod_set.most)) if pod_set.most else None
    if most is not None:
        count = most if isinstance(most, Unknown) or (isinstance(count, int) and most < count) else count
    if not pod_set.times:
        return count
    factor = whole(value_at(holder, pod_set.times))
    if factor is None or isinstance(count, Unknown):
        return count
    return factor if isinstance(factor, Unknown) else count * max(0, factor - pod_set.less)


def _inline(component: dict[str, object], path: str, containers_at: list[str]) -> dict[str, object]:
    """A pod spec from a component that mixes one with its own fields: KServe's predictors, Kubeflow's trainer.

    KServe names the model server's container after its framework (``model``, ``pytorch``, ``triton``). Where each
    container stands is appended to ``containers_at``.
    """
    containers = component.get("containers")
    listed: list[dict[str, object]] = []
    for index, one in enumerate(containers if is_list(containers) else ()):
        if is_map(one):
            listed.append(one)
            containers_at.append(f"{path}.containers.{index}")
    servers = {key: value for key, value in component.items() if is_map(value) and _is_server(value)}
    if is_map(resources := component.get("resourcesPerNode")):
        containers_at.append(path)
        words: dict[str, object] = {name: component[name] for name in ("image", "command", "args") if name in component}
        listed.append({"resources": resources, **words})
    containers_at += [f"{path}.{key}" for key in servers]
    return {**component, "containers": [*listed, *servers.values()]}


def _is_server(value: dict[str, object]) -> bool:
    return "modelFormat" in value or "storageUri" in value or ("resources" in value and "containers" not in value)


def fill(resource: Resource, declared: Object, kind: Kind, pods: Pods | None) -> None:
    """Set the facets of a resource that runs these pods."""
    resource.kind = kind.kind
    annotations = text_map(value_at(declared.body, "metadata.annotations"))
    resource.lifetime = _lifetime(declared, kind, annotations)
    if pods is None:
        if kind.purpose:
            resource.workload = Workload(purpose=kind.purpose, evidence=_nature(declared.kind))
        return
    on = selected(pods.spec, pods.path)
    resource.compute = _compute(pods, on)
    resource.region, resource.zone, resource.host_provider = on.region, on.zone, on.cloud
    template_annotations = text_map(pods.metadata.get("annotations"))
    _scale(resource.compute, template_annotations)
    if STOPPED_ANNOTATION in annotations or _is_suspended(declared, kind):
        resource.compute.minimum = resource.compute.desired = resource.compute.maximum = 0
    resource.workload = _workload(declared, kind, pods)


def _is_suspended(declared: Object, kind: Kind) -> bool:
    """Whether it is kept from running. What waits in a queue is suspended too, until its turn comes."""
    if declared.at(kind.suspend) is not True:
        return False
    labels = value_at(declared.body, "metadata.labels")
    return not (is_map(labels) and QUEUE_LABEL in labels)


def _nature(kind: str) -> str:
    return f"it is {'an' if kind[:1] in 'AEIOU' else 'a'} {kind}"


def _compute(pods: Pods, on: Selected) -> Compute:
    wants = pods.asked()
    accelerators = _accelerators(wants.devices, on.accelerator, on.sku)
    return Compute(
        sku=on.sku,
        alternatives=on.others,
        minimum=pods.minimum,
        desired=pods.desired,
        maximum=pods.maximum,
        purchase_option=on.purchase,
        accelerators=accelerators,
        requests=wants.requests,
        sku_attribute=on.attributes.get("accelerator") or on.attributes.get("sku") or _place(wants.devices, pods),
        purchase_attribute=on.attributes.get("purchase", pods.path),
        count_attribute=pods.count_attribute,
    )


def _place(devices: Devices | None, pods: Pods) -> str:
    return devices.attribute if devices is not None else pods.path


def _accelerators(
    devices: Devices | None, model: str | Unknown | None, sku: str | Unknown | None
) -> Accelerators | Unknown | None:
    """The devices of a pod under the model that its selectors name; None where the instance type will tell it."""
    if devices is None:
        return NO_ACCELERATORS
    if isinstance(devices.count, Unknown):
        return devices.count
    if isinstance(model, str):
        return Accelerators(model, devices.count, devices.memory_gib, devices.fraction)
    if isinstance(model, Unknown):
        return Unknown(f"which accelerator it runs on is not known: {model.reason}", model.depends_on)
    if sku is not None:
        return None
    reason = "which accelerator it runs on is not said: no node selector names a model or an instance type"
    return Unknown(reason, (SELECTOR,))


def _scale(compute: Compute, annotations: dict[str, str | Unknown]) -> None:
    """Bounds that Knative reads from annotations of the pod template."""
    for name, keys in SCALE.items():
        for key in keys:
            if key in annotations:
                setattr(compute, name, whole(annotations[key]))


def _lifetime(declared: Object, kind: Kind, annotations: dict[str, str | Unknown]) -> Lifetime:
    lifetime = Lifetime()
    labels = text_map(value_at(declared.body, "metadata.labels"))
    for value in (declared.at(kind.deadline) if kind.deadline else None, labels.get(DEADLINE_LABEL)):
        limit = whole(value)
        if limit is not None and lifetime.deadline_seconds is None:
            lifetime.deadline_seconds = limit
    for key in TTL_ANNOTATIONS:
        lifetime.ttl = annotations.get(key, lifetime.ttl)
    lifetime.expires_at = annotations.get(EXPIRY_ANNOTATION)
    schedule = settled(declared.at(kind.schedule)) if kind.schedule else None
    if isinstance(schedule, (str, Unknown)):
        lifetime.schedule = schedule
        lifetime.running = Unknown("it runs on a schedule, and how long each run takes is not known")
        return lifetime
    for key in SCHEDULE_ANNOTATIONS:
        lifetime.schedule = annotations.get(key, lifetime.schedule)
    if kind.ends and lifetime.deadline_seconds is None:
        lifetime.running = Unknown("it ends by itself, and nothing says after how long")
    return lifetime


def _workload(declared: Object, kind: Kind, pods: Pods) -> Workload:
    told = purpose_of(pods.spec)
    workload = Workload(checkpoint=checkpoint_of(pods.spec))
    if kind.purpose and (told is None or told.name != "fine-tuning"):
        workload.purpose, workload.evidence = kind.purpose, _nature(declared.kind)
    elif told is not None:
        workload.purpose, workload.evidence, workload.confidence = told.name, told.evidence, told.confidence
    return workload
