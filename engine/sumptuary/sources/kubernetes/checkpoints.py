"""Where a workload saves its state: a bucket or a volume that outlives the pod, as its command and mounts tell."""

from __future__ import annotations

import re

from sumptuary.sources.kubernetes.objects import settled
from sumptuary.values import Unknown, is_list, is_map

_OPTION = re.compile(r"--?[\w.-]*(checkpoint|ckpt)[\w.-]*(?:=|\s+)(?P<value>\S+)", re.IGNORECASE)
_NAME = re.compile(r"(CHECKPOINT|CKPT)(_|\Z)")
_URI = re.compile(r"(s3|gs|gcs|abfss?|wasbs?|az|hdfs|oss|cos|obs)://")
_LASTING = (
    "persistentVolumeClaim", "csi", "nfs", "azureFile", "azureDisk", "cephfs", "glusterfs", "iscsi", "rbd",
    "awsElasticBlockStore", "gcePersistentDisk",
)  # fmt: skip


def checkpoint_of(spec: dict[str, object]) -> str | Unknown | None:
    """Where the containers of a pod spec save checkpoints, if that outlives the pod; None where nothing says so.

    Of an environment variable only its name is told, for its value may hold what is nobody's business.
    """
    for container in _maps(spec.get("containers")):
        words = [str(word) for name in ("command", "args") for word in _items(container.get(name))]
        for found in _OPTION.finditer(" ".join(words)[:8000]):
            place = settled(found["value"])
            if isinstance(place, Unknown):
                return place
            if (scheme := _URI.match(str(place))) is not None:
                return _bare(scheme.group(), str(place)[scheme.end() :])
            if (volume := _volume(spec, container, str(place))) is not None:
                return volume
        for variable in _maps(container.get("env")):
            name, value = variable.get("name"), variable.get("value")
            if not isinstance(name, str) or not isinstance(value, str) or _NAME.search(name.upper()) is None:
                continue
            if (scheme := _URI.match(value)) is not None:
                return f"{scheme.group()}... (environment variable {name})"
            if (volume := _volume(spec, container, value)) is not None:
                return volume
    return None


def _bare(scheme: str, rest: str) -> str:
    """A URI without what may be secret: who is asking, and how."""
    host, slash, path = rest.partition("?")[0].partition("/")
    return f"{scheme}{host.rpartition('@')[2]}{slash}{path}"


def _volume(spec: dict[str, object], container: dict[str, object], path: str) -> str | None:
    """The lasting volume that a path of a container lies on."""
    best, name = "", ""
    for mount in _maps(container.get("volumeMounts")):
        where, volume = mount.get("mountPath"), mount.get("name")
        if not isinstance(where, str) or not isinstance(volume, str):
            continue
        root = where.rstrip("/")
        if (path == root or path.startswith(f"{root}/")) and len(root) >= len(best):
            best, name = root, volume
    for volume in _maps(spec.get("volumes")):
        if name and volume.get("name") == name:
            kind = next((kind for kind in _LASTING if kind in volume), None)
            return f"{kind}:{name}" if kind is not None else None
    return None


def _maps(value: object) -> list[dict[str, object]]:
    return [item for item in _items(value) if is_map(item)]


def _items(value: object) -> list[object]:
    return value if is_list(value) else [value] if isinstance(value, str) else []
