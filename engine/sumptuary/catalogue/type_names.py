"""What the name of an Azure or GCP instance type alone tells: that it has no accelerator, and often its vCPU.

Only families whose naming the providers document are read; of any other name nothing is claimed.
"""

from __future__ import annotations

import re

_GCP = (
    r"(?:e2|n1|n2|n2d|n4|n4a|n4d|c2|c2d|c3|c3d|c4|c4a|c4d|t2a|t2d|h3|h4d|m1|m2|m3|m4|x4|z3)"
    r"-[a-z]+-([0-9]{1,6})(?:-[a-z]+)*"
)
_GCP_CUSTOM = r"(?:[a-z0-9]+-)?custom-([0-9]{1,6})-([0-9]{1,6})(?:-ext)?"
_GCP_SHARED = {"e2-micro": 2, "e2-small": 2, "e2-medium": 2, "f1-micro": 1, "g1-small": 1}
_AZURE = r"(?:standard|basic)_([a-z]+)([0-9]{1,6})(?:-([0-9]{1,6}))?[a-z]*(?:_[a-z0-9]+)*?(?:_v([0-9]{1,6}))?"
_AZURE_GPU = "n"
FIRST_VERSION_NAMED_BY_VCPU = 3
LONGEST_NAME = 200


def without_accelerators(provider: str, sku: str) -> tuple[int | None, float | None] | None:
    """``(vCPU, memory in GiB)``, each None where the name does not tell, of a type that certainly has no accelerator.

    None where the name does not even tell that. A GPU that is attached to a GCP machine beside its type is not seen.
    """
    if len(sku) > LONGEST_NAME:
        return None
    if provider == "gcp":
        return _gcp(sku)
    return _azure(sku.lower()) if provider == "azure" else None


def _gcp(sku: str) -> tuple[int | None, float | None] | None:
    if sku in _GCP_SHARED:
        return _GCP_SHARED[sku], None
    if found := re.fullmatch(_GCP_CUSTOM, sku):
        return int(found[1]), int(found[2]) / 1024
    found = re.fullmatch(_GCP, sku)
    return (int(found[1]), None) if found else None


def _azure(sku: str) -> tuple[int | None, float | None] | None:
    found = re.fullmatch(_AZURE, sku)
    if found is None or found[1].startswith(_AZURE_GPU):
        return None
    if found[3]:
        return int(found[3]), None
    version = int(found[4]) if found[4] else 1
    return (int(found[2]) if version >= FIRST_VERSION_NAMED_BY_VCPU else None), None
