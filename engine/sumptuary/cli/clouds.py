"""Which cloud manifests show to be under their cluster: each has names of its own for storage, nodes and identities."""

from __future__ import annotations

from collections.abc import Sequence

from sumptuary.values import is_list, is_map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sumptuary.model import Resource

SIGNS = {
    "aws": ("eks.amazonaws.com/", "k8s.aws/", "karpenter.k8s.aws", "ebs.csi.aws.com", "kubernetes.io/aws-ebs"),
    "gcp": ("cloud.google.com/", "iam.gke.io/", "pd.csi.storage.gke.io", "kubernetes.io/gce-pd", "networking.gke.io/"),
    "azure": ("kubernetes.azure.com/", "azure.workload.identity/", "disk.csi.azure.com", "kubernetes.io/azure-disk"),
}
"""What stands in manifests only where a cluster runs on that cloud."""


def signs_in(manifests: Sequence[Resource]) -> dict[str, int]:
    """How many manifests name a part of each cloud."""
    return {cloud: sum(_shows(one.attributes, marks) for one in manifests) for cloud, marks in SIGNS.items()}


def _shows(value: object, marks: Sequence[str]) -> bool:
    """Whether a mark stands in a key or a text anywhere in a value."""
    left = [value]
    while left:
        one = left.pop()
        if is_map(one):
            left += [*one.keys(), *one.values()]
        elif is_list(one):
            left += one
        elif isinstance(one, str) and any(mark in one for mark in marks):
            return True
    return False
