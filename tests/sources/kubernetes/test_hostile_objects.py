"""Objects whose fields are of any type but the right one: nothing raises, and runs end as they say."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sumptuary.catalogue import Catalogue
from sumptuary.cli.program import run
from sumptuary.coverage import Coverage
from sumptuary.facts import FactNames, declare
from sumptuary.model import Resource
from sumptuary.placement import Cluster, place
from sumptuary.pricing import price_resource
from sumptuary.reports.inventory import row
from sumptuary.sources.kubernetes import read_text
from sumptuary.values import is_list, is_map

CONTAINER: dict[str, Any] = {
    "name": "a", "image": "vllm/vllm-openai:v1",
    "command": ["torchrun", "train.py"], "args": ["--checkpoint-dir=/ckpt"],
    "restartPolicy": "Always", "env": [{"name": "CKPT_DIR", "value": "s3://b/k"}],
    "volumeMounts": [{"name": "v", "mountPath": "/ckpt"}],
    "resources": {
        "requests": {"cpu": "500m", "memory": "2Gi"},
        "limits": {"nvidia.com/gpu": 1, "nvidia.com/mig-1g.5gb": 0}, "claims": [],
    },
}  # fmt: skip
POD: dict[str, Any] = {
    "nodeSelector": {"nvidia.com/gpu.product": "NVIDIA-A100-SXM4-80GB", "topology.kubernetes.io/region": "us-east-1"},
    "affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [
        {"matchExpressions": [
            {"key": "karpenter.sh/capacity-type", "operator": "In", "values": ["spot"]},
            {"key": "karpenter.k8s.aws/instance-family", "operator": "In", "values": ["p4d"]},
            {"key": "karpenter.k8s.aws/instance-size", "operator": "In", "values": ["24xlarge"]},
        ]}]}}},
    "initContainers": [CONTAINER], "containers": [CONTAINER], "overhead": {"memory": "1Mi"},
    "resources": {"requests": {"cpu": 1}},
    "volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": "c"}}],
}  # fmt: skip
TEMPLATE: dict[str, Any] = {"metadata": {"labels": {"team": "a"}, "annotations": {"a": "b"}}, "spec": POD}


def made(version: str, kind: str, spec: dict[str, Any], **more: Any) -> dict[str, Any]:
    metadata = {
        "name": "n", "namespace": "s", "labels": {"team": "a", "ttl": "2d"}, "annotations": {"janitor/ttl": "2d"},
        "ownerReferences": [{"apiVersion": "v1", "kind": "Pod", "name": "n", "controller": True}], "managedFields": [],
    }  # fmt: skip
    return {"apiVersion": version, "kind": kind, "metadata": metadata, "spec": spec, "status": {}, **more}


RAY: dict[str, Any] = {
    "headGroupSpec": {"template": TEMPLATE},
    "workerGroupSpecs": [
        {"groupName": "g", "replicas": 1, "minReplicas": 1, "maxReplicas": 2, "numOfHosts": 2, "template": TEMPLATE}
    ],
}
OBJECTS: list[dict[str, Any]] = [
    made("v1", "Pod", POD | {"activeDeadlineSeconds": 3600}),
    made("apps/v1", "Deployment", {"replicas": 2, "template": TEMPLATE}),
    made("batch/v1", "CronJob", {
        "schedule": "0 4 * * *", "suspend": False,
        "jobTemplate": {"spec": {"parallelism": 2, "completions": 1, "template": TEMPLATE, "activeDeadlineSeconds": 9}},
    }),
    made("kubeflow.org/v1", "PyTorchJob", {
        "runPolicy": {"activeDeadlineSeconds": 60, "suspend": True},
        "pytorchReplicaSpecs": {"Master": {"template": TEMPLATE}, "Worker": {"replicas": 3, "template": TEMPLATE}},
    }),
    made("ray.io/v1", "RayCluster", RAY),
    made("serving.kserve.io/v1beta1", "InferenceService", {"predictor": {
        "minReplicas": 0, "maxReplicas": 3, "nodeSelector": POD["nodeSelector"], "containers": [CONTAINER],
        "model": {"modelFormat": {"name": "x"}, "resources": CONTAINER["resources"]},
    }}),
    made("trainer.kubeflow.org/v1alpha1", "TrainJob", {
        "trainer": {"numNodes": 3, "resourcesPerNode": CONTAINER["resources"], "command": ["x"]},
    }),
    made("leaderworkerset.x-k8s.io/v1", "LeaderWorkerSet", {
        "replicas": 2, "leaderWorkerTemplate": {"size": 4, "workerTemplate": TEMPLATE, "leaderTemplate": TEMPLATE},
    }),
    made("karpenter.sh/v1", "NodePool", {
        "limits": {"cpu": 10}, "template": {"spec": {
            "nodeClassRef": {"name": "c"},
            "requirements": [
                {"key": "node.kubernetes.io/instance-type", "operator": "In", "values": ["g5.xlarge", "g6.xlarge"]},
                {"key": "karpenter.sh/capacity-type", "operator": "In", "values": ["spot"]},
                {"key": "karpenter.k8s.aws/instance-gpu-name", "operator": "In", "values": ["t4"]},
            ],
        }},
    }),
    made("karpenter.k8s.aws/v1", "EC2NodeClass", {"tags": {"team": "a"}}),
    made("autoscaling/v2", "HorizontalPodAutoscaler", {
        "scaleTargetRef": {"kind": "Deployment", "name": "n"}, "minReplicas": 1, "maxReplicas": 3,
    }),
    made("v1", "PersistentVolumeClaim", {
        "storageClassName": "gp3", "resources": {"requests": {"storage": "100Gi"}},
    }),
    made("v1", "Secret", {}, data={"a": "b"}),
    {"apiVersion": "v1", "kind": "List", "items": [made("v1", "Pod", POD)]},
]  # fmt: skip
KUSTOMIZATION: dict[str, Any] = {
    "apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization", "resources": ["all.yaml", "../base"],
    "bases": [], "components": ["c"], "patches": [{"path": "p.yaml", "patch": "- op: add"}],
    "patchesStrategicMerge": ["q.yaml"], "commonLabels": {"team": "a"}, "configurations": ["x.yaml"],
    "labels": [{"pairs": {"service": "b"}, "includeSelectors": True}], "helmCharts": [{"name": "c"}],
}  # fmt: skip

ODD: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(
        ["", "~", "{{ .Values.x }}", "${X}", "a" * 3000, "1e999999", "-1", "9" * 50, "\x1b[31m", "a\nb", "0", "*", "."]
    ),
    st.sampled_from(
        ["1e-999999", "0.5", "1m", "9e999999E", "spot", "true", "p4d.24xlarge", "nvidia.com/gpu", "\u202e"]
    ),
    st.text(max_size=8),
)
VALUES = st.recursive(
    ODD,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=6), inner, max_size=3)),
    max_leaves=6,
)


def paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where every value of a document stands."""
    found = [path]
    items: list[tuple[Any, Any]] = []
    if is_map(value) or is_list(value):
        items += value.items() if is_map(value) else enumerate(value)
    for key, item in items:
        found += paths(item, (*path, key))
    return found


@st.composite
def damaged(draw: st.DrawFn, documents: list[dict[str, Any]]) -> dict[str, Any]:
    """A document with some of its values replaced, wrapped or taken away."""
    document = copy.deepcopy(draw(st.sampled_from(documents)))
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(paths(document)[1:]))
        holder: Any = document
        for step in path[:-1]:
            holder = holder[step]
        made = draw(
            st.one_of(VALUES, st.just(holder[path[-1]]).map(lambda value: [value]), ODD.map(lambda v: {"x": v}))
        )
        holder[path[-1]] = made
    return document


CATALOGUE = Catalogue()
CLUSTER = Cluster("aws", "us-east-1", ("m6i.2xlarge", "g6.xlarge", "p4d.24xlarge"), {"g6.xlarge": "spot"})


def survives(source: bytes, name: str) -> None:
    coverage = Coverage()
    for resource in read_text(source, name, coverage):
        origin = resource.origin
        assert origin.place is not None
        assert origin.place.line >= 1
        for attribute in ("", "metadata.labels.team", resource.tag_attribute, *attributes(resource)):
            found = origin.place_of(attribute)
            assert found is not None
            assert found.line >= 1
        declare(resource, FactNames(), CATALOGUE)
        place(resource, CLUSTER, CATALOGUE)
        cost, _ = price_resource(resource, CATALOGUE)
        assert cost.monthly is None or cost.monthly.low >= 0
        compute = resource.compute
        assert compute is None or compute.share is None or 0 < compute.share <= 1
        json.dumps(row(resource), allow_nan=False)


def attributes(resource: Resource) -> tuple[str, ...]:
    compute = resource.compute
    return () if compute is None else (compute.sku_attribute, compute.purchase_attribute, compute.count_attribute)


@given(document=damaged(OBJECTS))
@settings(max_examples=60, deadline=None)
def test_no_object_raises(document: dict[str, Any]) -> None:
    text = json.dumps(document)
    survives(text.encode(), "x.json")
    survives(text.encode(), "x.yaml")


@pytest.mark.long
@given(document=damaged(OBJECTS))
@settings(max_examples=15_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_object_raises_however_long_one_tries(document: dict[str, Any]) -> None:
    text = json.dumps(document)
    survives(text.encode(), "x.json")
    survives(text.encode(), "x.yaml")


PROJECT = """\
apiVersion: sumptuary/v1
kind: Project
metadata: {name: p}
spec: {context: {kubernetes: {provider: aws, region: us-east-1, node_types: [m6i.2xlarge, g6.xlarge, p4d.24xlarge]}}}
"""


def ends_as_it_says(root: Any, objects: list[dict[str, Any]], kustomization: dict[str, Any]) -> None:
    (root / "sumptuary.yaml").write_text(PROJECT)
    (root / "all.yaml").write_text("\n---\n".join(json.dumps(one) for one in objects))
    (root / "list.json").write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}))
    (root / "kustomization.yaml").write_text(json.dumps(kustomization))
    code = run(["check", str(root), "--format", f"json={root / 'report.json'}"])
    assert code in (0, 1, 3)
    assert run(["resources", str(root), "--output", str(root / "rows.ndjson")]) in (0, 3)


@given(objects=st.lists(damaged(OBJECTS), min_size=8, max_size=8), kustomization=damaged([KUSTOMIZATION]))
@settings(max_examples=4, deadline=None)
def test_a_run_ends_as_it_says(
    tmp_path_factory: pytest.TempPathFactory, objects: list[dict[str, Any]], kustomization: dict[str, Any]
) -> None:
    ends_as_it_says(tmp_path_factory.mktemp("run"), objects, kustomization)


@pytest.mark.long
@given(objects=st.lists(damaged(OBJECTS), min_size=8, max_size=8), kustomization=damaged([KUSTOMIZATION]))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.large_base_example])
def test_runs_end_as_they_say_however_long_one_tries(
    tmp_path_factory: pytest.TempPathFactory, objects: list[dict[str, Any]], kustomization: dict[str, Any]
) -> None:
    ends_as_it_says(tmp_path_factory.mktemp("run"), objects, kustomization)
