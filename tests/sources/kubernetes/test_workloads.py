"""What each kind of object is in the common model: its pods, devices, nodes, purpose, lifetime and labels."""

from __future__ import annotations

from decimal import Decimal

import pytest

from sources.kubernetes.manifests import only, pod, resources
from sumptuary.model import NO_ACCELERATORS, Accelerators
from sumptuary.sources.kubernetes.kinds import KINDS
from sumptuary.values import Unknown

CONTAINER = """\
  containers:
    - name: a
      image: {image}
      command: [{command}]
      resources:
        limits: {{{limits}}}
"""


def spec(limits: str = "", image: str = "x", command: str = "", more: str = "") -> str:
    return pod(CONTAINER.format(image=image, command=command, limits=limits) + more)


SETS: list[tuple[str, str, str, str, tuple[object, object, object]]] = [
    ("apps/v1", "Deployment", "replicas: 3\n  template: {spec: {containers: []}}", "k8s.workload", (None, 3, None)),
    ("apps/v1", "Deployment", "template: {spec: {containers: []}}", "k8s.workload", (None, 1, None)),
    ("apps/v1", "Deployment", "replicas: 0\n  template: {spec: {containers: []}}", "k8s.workload", (None, 0, None)),
    ("apps/v1", "StatefulSet", "replicas: 2\n  template: {spec: {containers: []}}", "k8s.workload", (None, 2, None)),
    ("batch/v1", "Job", "parallelism: 4\n  template: {spec: {containers: []}}", "k8s.workload", (None, 4, None)),
    ("batch/v1", "CronJob", "schedule: '* * * * *'\n  jobTemplate: {spec: {template: {spec: {}}}}", "k8s.workload",
     (None, 1, None)),
    ("kubeflow.org/v1", "PyTorchJob", "pytorchReplicaSpecs: {Worker: {replicas: 5, template: {spec: {}}}}",
     "ml.training_job", (None, 5, None)),
    ("kubeflow.org/v2beta1", "MPIJob", "mpiReplicaSpecs: {Worker: {replicas: 2, template: {spec: {}}}}",
     "ml.training_job", (None, 2, None)),
    ("trainer.kubeflow.org/v1alpha1", "TrainJob", "trainer: {numNodes: 3, resourcesPerNode: {limits: {cpu: 1}}}",
     "ml.training_job", (None, 3, None)),
    ("jobset.x-k8s.io/v1alpha2", "JobSet",
     "replicatedJobs: [{name: w, replicas: 2, template: {spec: {parallelism: 4, template: {spec: {}}}}}]",
     "k8s.workload", (None, 8, None)),
    ("ray.io/v1", "RayJob",
     "rayClusterSpec: {workerGroupSpecs: [{replicas: 2, minReplicas: 1, maxReplicas: 9, template: {spec: {}}}]}",
     "ml.training_job", (1, 2, 9)),
    ("serving.kserve.io/v1beta1", "InferenceService",
     "predictor: {minReplicas: 0, maxReplicas: 3, model: {modelFormat: {name: x}}}",
     "ml.endpoint", (0, None, 3)),
    ("serving.kserve.io/v1beta1", "InferenceService", "predictor: {pytorch: {storageUri: 's3://m'}}",
     "ml.endpoint", (None, 1, None)),
    ("leaderworkerset.x-k8s.io/v1", "LeaderWorkerSet",
     "replicas: 2\n  leaderWorkerTemplate: {size: 4, workerTemplate: {spec: {}}}", "k8s.workload", (None, 6, None)),
    ("kubeflow.org/v1", "Notebook", "template: {spec: {containers: []}}", "ml.notebook", (None, 1, None)),
]  # fmt: skip


@pytest.mark.parametrize(("version", "kind", "body", "ours", "counts"), SETS)
def test_every_kind_has_its_pods(
    version: str, kind: str, body: str, ours: str, counts: tuple[object, object, object]
) -> None:
    found = only(f"apiVersion: {version}\nkind: {kind}\nmetadata: {{name: n, namespace: s}}\nspec:\n  {body}\n")
    assert (found.address, found.kind, found.provider) == (f"{kind}/s/n", ours, "kubernetes")
    assert found.type == (f"{kind}.{version.partition('/')[0]}" if "/" in version else kind)
    assert found.compute is not None
    assert (found.compute.minimum, found.compute.desired, found.compute.maximum) == counts


def test_every_kind_of_the_table_is_a_kind_of_the_model() -> None:
    from sumptuary.kinds import KINDS as OURS

    assert {kind.kind for kind in KINDS.values()} <= set(OURS)


def test_a_daemon_set_runs_on_nobody_knows_how_many_nodes() -> None:
    compute = only("apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: d}\nspec: {template: {spec: {}}}\n").compute
    assert compute is not None
    assert isinstance(compute.desired, Unknown)


WAITS = Unknown(
    "which accelerator it runs on is not said: no node selector names a model or an instance type", ("nodeSelector",)
)
DEVICES: list[tuple[str, str, object, object]] = [
    ("cpu: 2", "", NO_ACCELERATORS, Decimal(0)),
    ("nvidia.com/gpu: 0", "", NO_ACCELERATORS, Decimal(0)),
    ("nvidia.com/gpu: 4", "", WAITS, Decimal(4)),
    ("nvidia.com/gpu: '2'", "nvidia.com/gpu.product: NVIDIA-A100-SXM4-80GB",
     Accelerators("NVIDIA-A100-SXM4-80GB", 2), Decimal(2)),
    ("nvidia.com/gpu: 1", "cloud.google.com/gke-accelerator: nvidia-l4", Accelerators("nvidia-l4", 1), Decimal(1)),
    ("nvidia.com/gpu: 1", "karpenter.k8s.aws/instance-gpu-name: t4", Accelerators("t4", 1), Decimal(1)),
    ("nvidia.com/gpu: 1", "nvidia.com/gpu.product: Tesla-T4-SHARED", Accelerators("Tesla-T4", 1), Decimal(1)),
    ("nvidia.com/gpu: 8", "node.kubernetes.io/instance-type: p4d.24xlarge", None, Decimal(8)),
    ("nvidia.com/mig-1g.5gb: 2", "nvidia.com/gpu.product: NVIDIA-A100-SXM4-40GB",
     Accelerators("NVIDIA-A100-SXM4-40GB", 2, 5.0, 1 / 7), Decimal(2) / 7),
    ("nvidia.com/mig-3g.20gb: 1", "", WAITS, Decimal(3) / 7),
    ("amd.com/gpu: 1", "", WAITS, Decimal(1)),
    ("habana.ai/gaudi: 8", "", WAITS, Decimal(8)),
    ("aws.amazon.com/neuron: 16", "", WAITS, Decimal(16)),
    ("google.com/tpu: 4", "cloud.google.com/gke-tpu-accelerator: tpu-v5-lite-podslice",
     Accelerators("tpu-v5-lite-podslice", 4), Decimal(4)),
    ("gpu.intel.com/i915: 1", "", WAITS, Decimal(1)),
    ("huawei.com/Ascend910: 2", "", WAITS, Decimal(2)),
    ("metax-tech.com/gpu: 1", "", WAITS, Decimal(1)),
    ("nvidia.com/gpumem: 3000", "", NO_ACCELERATORS, Decimal(0)),
    ("vpc.amazonaws.com/efa: 4", "", NO_ACCELERATORS, Decimal(0)),
]  # fmt: skip


@pytest.mark.parametrize(("limits", "selector", "accelerators", "asked"), DEVICES)
def test_devices_of_every_vendor(limits: str, selector: str, accelerators: object, asked: Decimal) -> None:
    more = f"  nodeSelector:\n    {selector}\n" if selector else ""
    compute = only(spec(limits, more=more)).compute
    assert compute is not None
    assert compute.accelerators == accelerators
    assert compute.requests is not None
    assert compute.requests.accelerators == asked


def test_a_shared_device_is_a_part_that_nobody_can_tell() -> None:
    compute = only(spec("nvidia.com/gpu.shared: 1")).compute
    assert compute is not None
    assert isinstance(compute.accelerators, Unknown)
    assert compute.requests is not None
    assert isinstance(compute.requests.accelerators, Unknown)


def test_requests_add_up_as_the_scheduler_counts_them() -> None:
    text = pod("""\
  initContainers:
    - {name: big, resources: {requests: {cpu: 3, memory: 1Gi}}}
    - {name: sidecar, restartPolicy: Always, resources: {requests: {cpu: 250m}}}
  containers:
    - {name: a, resources: {requests: {cpu: 500m, memory: 2Gi}, limits: {cpu: 4, memory: 8Gi}}}
    - {name: b, resources: {limits: {cpu: "1", memory: 512Mi}}}
  overhead: {memory: 100Mi}
""")
    compute = only(text).compute
    assert compute is not None
    assert compute.requests is not None
    assert compute.requests.vcpus == 3  # the init container asks for more than the 1.75 of those that run
    assert compute.requests.memory_gib == Decimal("2.59765625")


@pytest.mark.parametrize(
    ("written", "cores"),
    [
        ("500m", "0.5"),
        ("2", "2"),
        ("1e3m", "1"),
        ("0.1", "0.1"),
        ("1Ki", "1024"),
        ("1e999999", "9223372036854775807"),
        ("9e30Ei", "9223372036854775807"),
        ("1e-12n", "1e-21"),
    ],
)
def test_quantities(written: str, cores: str) -> None:
    compute = only(spec(f"cpu: {written!r}")).compute
    assert compute is not None
    assert compute.requests is not None
    assert compute.requests.vcpus == Decimal(cores)


@pytest.mark.parametrize("written", ["-1", "lots", "9" * 60, "1.2.3", "{a: 1}", "[]", "true", "inf", "nan", "1 Gi"])
def test_what_is_no_quantity_is_not_known(written: str) -> None:
    compute = only(spec(f"cpu: {written}, memory: 1Gi")).compute
    assert compute is not None
    assert compute.requests is not None
    assert isinstance(compute.requests.vcpus, Unknown)


RATES = [
    ("karpenter.sh/capacity-type: spot", "spot"),
    ("karpenter.sh/capacity-type: on-demand", "on-demand"),
    ("eks.amazonaws.com/capacityType: SPOT", "spot"),
    ('cloud.google.com/gke-spot: "true"', "spot"),
    ("cloud.google.com/gke-spot: true", "spot"),
    ("kubernetes.azure.com/scalesetpriority: spot", "spot"),
    ("disk: ssd", None),
]


@pytest.mark.parametrize(("selector", "rate"), RATES)
def test_how_it_is_bought(selector: str, rate: str | None) -> None:
    compute = only(spec(more=f"  nodeSelector: {{{selector}}}\n")).compute
    assert compute is not None
    assert compute.purchase_option == rate


def affinity(*terms: str) -> str:
    listed = "".join(f"          - matchExpressions: [{term}]\n" for term in terms)
    return (
        "  affinity:\n    nodeAffinity:\n      requiredDuringSchedulingIgnoredDuringExecution:\n"
        f"        nodeSelectorTerms:\n{listed}"
    )


TYPE = "{key: node.kubernetes.io/instance-type, operator: In, values: [g5.xlarge, g6.xlarge]}"
SPOT = "{key: karpenter.sh/capacity-type, operator: In, values: [spot]}"
BOTH = "{key: karpenter.sh/capacity-type, operator: In, values: [spot, on-demand]}"
NOT = "{key: karpenter.sh/capacity-type, operator: NotIn, values: [spot]}"


def test_affinity_counts_where_every_term_names_it() -> None:
    compute = only(spec(more=affinity(f"{TYPE}, {SPOT}"))).compute
    assert compute is not None
    assert (compute.sku, compute.alternatives, compute.purchase_option) == ("g5.xlarge", ("g6.xlarge",), "spot")
    compute = only(spec(more=affinity(TYPE, SPOT))).compute
    assert compute is not None
    assert (compute.sku, compute.purchase_option) == (None, None)
    for term in (BOTH, NOT):
        compute = only(spec(more=affinity(term))).compute
        assert compute is not None
        assert compute.purchase_option is None


PURPOSES = [
    ("vllm/vllm-openai:v0.6", "", "inference"),
    ("ghcr.io/huggingface/text-generation-inference:2", "", "inference"),
    ("nvcr.io/nvidia/tritonserver:24.01", "", "inference"),
    ("jupyter/scipy-notebook", "", "notebook"),
    ("pytorch/pytorch", "torchrun, train.py", "training"),
    ("pytorch/pytorch", "torchrun, finetune.py", "fine-tuning"),
    ("pytorch/pytorch", "python, -m, vllm.entrypoints.openai.api_server", "inference"),
    ("pytorch/pytorch", "python, serve.py", None),
    ("nginx", "", None),
    ("org/trainer-ui", "", None),
    ("x", "python, constrain.py", None),
]


@pytest.mark.parametrize(("image", "command", "purpose"), PURPOSES)
def test_a_purpose_is_told_from_image_and_command(image: str, command: str, purpose: str | None) -> None:
    workload = only(spec(image=image, command=command)).workload
    assert workload.purpose == purpose
    if purpose is not None:
        assert workload.evidence
        assert workload.confidence == "medium"


CHECKPOINTS: list[tuple[str, str, str, object]] = [
    ("--checkpoint-dir=s3://b/run?token=x", "", "", "s3://b/run"),
    ("--ckpt_path, gs://b/run", "", "", "gs://b/run"),
    ("--checkpoint_dir=/ckpt/run1", "persistentVolumeClaim: {claimName: c}", "", "persistentVolumeClaim:v"),
    ("--checkpoint_dir=/ckpt/run1", "emptyDir: {}", "", None),
    ("--checkpoint_dir=/elsewhere", "persistentVolumeClaim: {claimName: c}", "", None),
    ("--out=/ckpt", "persistentVolumeClaim: {claimName: c}", "", None),
    ("", "", "{name: CHECKPOINT_DIR, value: 's3://user:pass@b/run'}", "s3://... (environment variable CHECKPOINT_DIR)"),
    ("", "", "{name: CHECKPOINT_TOKEN, value: canary}", None),
    ("--checkpoint-dir={{ dir }}", "", "", Unknown("it is filled in by a template: {{")),
]  # fmt: skip


@pytest.mark.parametrize(("argument", "volume", "variable", "found"), CHECKPOINTS)
def test_a_checkpoint_counts_where_it_outlives_the_pod(
    argument: str, volume: str, variable: str, found: object
) -> None:
    args = ", ".join(f"{word.strip()!r}" for word in argument.split(",") if word)
    text = pod(f"""\
  containers:
    - name: a
      args: [{args}]
      env: [{variable}]
      volumeMounts: [{{name: v, mountPath: /ckpt}}]
  volumes: [{"{name: v, " + volume + "}" if volume else ""}]
""")
    assert only(text).workload.checkpoint == found


LIFETIMES: list[tuple[str, str, str, dict[str, object]]] = [
    ("batch/v1", "Job", "activeDeadlineSeconds: 3600, template: {spec: {}}",
     {"deadline_seconds": 3600, "running": None}),
    ("v1", "Pod", "activeDeadlineSeconds: 60", {"deadline_seconds": 60}),
    ("kubeflow.org/v1", "PyTorchJob",
     "runPolicy: {activeDeadlineSeconds: 7200}, pytorchReplicaSpecs: {Master: {template: {spec: {}}}}",
     {"deadline_seconds": 7200}),
    ("batch/v1", "CronJob", "schedule: '0 4 * * *', jobTemplate: {spec: {template: {spec: {}}}}",
     {"schedule": "0 4 * * *"}),
]  # fmt: skip


@pytest.mark.parametrize(("version", "kind", "body", "expected"), LIFETIMES)
def test_what_ends_it(version: str, kind: str, body: str, expected: dict[str, object]) -> None:
    lifetime = only(f"apiVersion: {version}\nkind: {kind}\nmetadata: {{name: n}}\nspec: {{{body}}}\n").lifetime
    assert {name: getattr(lifetime, name) for name in expected} == expected


def test_a_job_without_a_deadline_runs_nobody_knows_how_long() -> None:
    job = only("apiVersion: batch/v1\nkind: Job\nmetadata: {name: n}\nspec: {template: {spec: {}}}\n")
    assert job.lifetime.running is not None
    labelled = only(
        "apiVersion: batch/v1\nkind: Job\nmetadata: {name: n, labels: {kueue.x-k8s.io/max-exec-time-seconds: '60'}}\n"
        "spec: {template: {spec: {}}}\n"
    )
    assert labelled.lifetime.deadline_seconds == 60
    assert labelled.lifetime.running is None


def test_annotations_that_end_things() -> None:
    text = (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: n\n"
        "  annotations: {janitor/ttl: 2d, janitor/expires: '2026-12-01', downscaler/uptime: Mon-Fri 08:00-18:00}\n"
        "spec: {template: {spec: {}}}\n"
    )
    lifetime = only(text).lifetime
    assert (lifetime.ttl, lifetime.expires_at, lifetime.schedule) == ("2d", "2026-12-01", "Mon-Fri 08:00-18:00")


def test_labels_of_the_object_and_of_its_pods_are_tags() -> None:
    found = only(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: n, labels: {team: a, n: 1, on: true}}\n"
        "spec: {template: {metadata: {labels: {service: s, team: b, env: '{{ .Values.env }}'}}, spec: {}}}\n"
    )
    values = found.tags.values()
    assert {key: values[key] for key in ("team", "service", "n", "on")} == {
        "team": "a", "service": "s", "n": "1", "on": "true",
    }  # fmt: skip
    assert isinstance(values["env"], Unknown)
    assert {tag.origin for tag in found.tags.entries.values()} == {"label"}
    assert found.taggable


def test_each_further_set_of_pods_is_a_resource_of_its_own() -> None:
    found = resources("""\
apiVersion: ray.io/v1
kind: RayCluster
metadata: {name: c}
spec:
  headGroupSpec: {template: {spec: {containers: [{resources: {limits: {cpu: 4}}}]}}}
  workerGroupSpecs:
    - {groupName: small, replicas: 3, template: {spec: {containers: [{resources: {limits: {cpu: 2}}}]}}}
    - {groupName: gpu, replicas: 2, template: {spec: {containers: [{resources: {limits: {nvidia.com/gpu: 8}}}]}}}
""")
    assert [(one.address, one.taggable) for one in found] == [
        ("RayCluster/c", True),
        ("RayCluster/c/small", False),
        ("RayCluster/c/headGroupSpec", False),
    ]
    first = found[0].compute
    assert first is not None
    assert first.requests is not None
    assert first.requests.accelerators == 8


def test_an_autoscaler_sets_the_bounds_of_what_it_scales() -> None:
    scaler = """\
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: h, namespace: s}
spec: {scaleTargetRef: {kind: Deployment, name: d}, minReplicas: 2, maxReplicas: 10}
---
"""
    workload = (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d, namespace: %s}\nspec: {template: {spec: {}}}\n"
    )
    _, found = resources(scaler + workload % "s")
    assert found.compute is not None
    assert (found.compute.minimum, found.compute.desired, found.compute.maximum) == (2, None, 10)
    _, other = resources(scaler + workload % "elsewhere")
    assert other.compute is not None
    assert (other.compute.minimum, other.compute.desired, other.compute.maximum) == (None, 1, None)


def test_what_another_object_made_is_judged_with_its_maker() -> None:
    found = resources("""\
apiVersion: v1
kind: List
items:
  - {apiVersion: apps/v1, kind: Deployment, metadata: {name: d, namespace: s}, spec: {template: {spec: {}}}}
  - apiVersion: apps/v1
    kind: ReplicaSet
    metadata:
      {name: r, namespace: s, ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: d, controller: true}]}
    spec: {template: {spec: {}}}
  - apiVersion: v1
    kind: Pod
    metadata:
      {name: p, namespace: s, ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: r, controller: true}]}
    spec: {}
  - apiVersion: v1
    kind: Pod
    metadata: {name: q, namespace: s, ownerReferences: [{apiVersion: v1, kind: Node, name: n, controller: true}]}
    spec: {}
""")
    assert [one.address for one in found] == ["Deployment/s/d", "Pod/s/q"]


def test_a_stopped_notebook_runs_nothing() -> None:
    compute = only(
        "apiVersion: kubeflow.org/v1\nkind: Notebook\n"
        "metadata: {name: n, annotations: {kubeflow-resource-stopped: t}}\n"
        "spec: {template: {spec: {}}}\n"
    ).compute
    assert compute is not None
    assert compute.desired == 0


POOL = """\
apiVersion: karpenter.sh/v1
kind: NodePool
metadata: {name: gpu}
spec:
  template:
    spec:
      nodeClassRef: {kind: EC2NodeClass, name: c}
      requirements:
        - {key: node.kubernetes.io/instance-type, operator: In, values: [p4d.24xlarge, p5.48xlarge]}
        %s
  limits: {cpu: 1000}
"""


def test_a_node_pool_buys_what_its_requirements_say() -> None:
    for term, rate in ((SPOT, "spot"), (BOTH, None), (TYPE, "on-demand")):
        found = only(POOL % f"- {term}")
        assert found.kind == "compute.node_pool"
        assert found.compute is not None
        assert found.compute.purchase_option == rate
        assert found.tags.rest is not None
    assert found.origin.place_of("spec.template.spec.requirements").line == 8  # type: ignore[union-attr]


def test_a_node_pool_has_the_tags_of_its_class() -> None:
    node_class = (
        "---\napiVersion: karpenter.k8s.aws/v1\nkind: EC2NodeClass\nmetadata: {name: c}\nspec: {tags: {team: ml}}\n"
    )
    pool, _ = resources(POOL % f"- {SPOT}" + node_class)
    assert pool.tags.values() == {"team": "ml"}


def test_a_claim_is_storage_of_a_class_that_is_not_here() -> None:
    found = only(
        "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: c}\n"
        "spec: {storageClassName: gp3, resources: {requests: {storage: 100Gi}}}\n"
    )
    assert found.kind == "storage.volume"
    assert found.storage is not None
    assert found.storage.size_gib == 100
    assert isinstance(found.storage.type, Unknown)


SECRETS = """\
apiVersion: v1
kind: Secret
metadata:
  name: s
  annotations: {kubectl.kubernetes.io/last-applied-configuration: canary-1}
data: {password: canary-2}
stringData: {password: canary-3}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: c, managedFields: [canary-4]}
data: {config: canary-5}
status: {canary-6: 1}
"""


def test_what_is_secret_is_not_kept() -> None:
    assert "canary" not in repr([one.attributes for one in resources(SECRETS)])


def test_only_objects_are_read() -> None:
    others = """\
apiVersion: sumptuary/v1
kind: Project
metadata: {name: p}
---
apiVersion: v1
kind: Config
clusters: []
---
apiVersion: kind.x-k8s.io/v1alpha4
kind: Cluster
metadata: {name: k}
---
on: push
---
- a
---
apiVersion: v1
kind: 3
metadata: {name: x}
"""
    assert resources(others) == []


def test_equal_addresses_keep_identities_of_their_own() -> None:
    text = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {}\n"
    one, two = resources(f"{text}---\n{text}")
    assert one.address == two.address
    assert one.id != two.id


def test_init_containers_and_sidecars_share_devices_as_the_scheduler_counts_them() -> None:
    text = pod("""\
  initContainers:
    - {name: side, restartPolicy: Always, resources: {requests: {cpu: 1}}}
    - {name: warm, resources: {requests: {cpu: 3}, limits: {nvidia.com/gpu: 2}}}
  containers:
    - {name: a, resources: {requests: {cpu: 2}, limits: {nvidia.com/gpu: 1}}}
""")
    compute = only(text).compute
    assert compute is not None
    assert compute.requests is not None
    assert compute.requests.accelerators == 2  # the same device is handed on, not a third one
    assert compute.requests.vcpus == 4  # the init container runs beside the sidecar


def test_what_an_init_container_asks_for_may_be_what_is_not_known() -> None:
    text = pod("""\
  initContainers: [{name: i, resources: {requests: {cpu: "{{ cpu }}"}}}]
  containers: [{name: a, resources: {requests: {cpu: 1}}}]
""")
    compute = only(text).compute
    assert compute is not None
    assert compute.requests is not None
    assert isinstance(compute.requests.vcpus, Unknown)


def test_what_is_asked_for_the_pod_as_a_whole_counts() -> None:
    text = pod(
        "  resources: {requests: {cpu: 3}}\n  containers: [{name: a, resources: {requests: {cpu: 1, memory: 1Gi}}}]\n"
    )
    compute = only(text).compute
    assert compute is not None
    assert compute.requests is not None
    assert (compute.requests.vcpus, compute.requests.memory_gib) == (3, 1)


@pytest.mark.parametrize(
    "limits", ["nvidia.com/gpu: 1, amd.com/gpu: 1", "nvidia.com/mig-1g.5gb: 1, nvidia.com/mig-2g.10gb: 1"]
)
def test_devices_of_two_kinds_are_not_told(limits: str) -> None:
    compute = only(spec(limits)).compute
    assert compute is not None
    assert compute.accelerators == Unknown("it asks for devices of several kinds")


STOPPED: list[tuple[str, str, str, str, object]] = [
    ("batch/v1", "Job", "", "suspend: true, parallelism: 4, template: {spec: {}}", 0),
    ("batch/v1", "Job", "kueue.x-k8s.io/queue-name: q", "suspend: true, parallelism: 4, template: {spec: {}}", 4),
    ("batch/v1", "Job", "", "parallelism: 4, completions: 2, template: {spec: {}}", 2),
    ("batch/v1", "Job", "", "completions: 2, template: {spec: {}}", 1),
    ("batch/v1", "Job", "", "parallelism: '{{ n }}', completions: 2, template: {spec: {}}",
     Unknown("it is filled in by a template: {{ n }}")),
    ("batch/v1", "CronJob", "", "suspend: true, schedule: '* * * * *', jobTemplate: {spec: {template: {spec: {}}}}", 0),
    ("kubeflow.org/v1", "PyTorchJob", "",
     "runPolicy: {suspend: true}, pytorchReplicaSpecs: {Worker: {replicas: 5, template: {spec: {}}}}", 0),
    ("apps/v1", "Deployment", "", "replicas: lots, template: {spec: {}}", Unknown("'lots' is no quantity")),
    ("apps/v1", "Deployment", "", "replicas: 1.5, template: {spec: {}}", Unknown("1.5 is no count")),
]  # fmt: skip


@pytest.mark.parametrize(("version", "kind", "label", "body", "count"), STOPPED)
def test_what_is_stopped_runs_nothing(version: str, kind: str, label: str, body: str, count: object) -> None:
    compute = only(
        f"apiVersion: {version}\nkind: {kind}\nmetadata: {{name: n, labels: {{{label}}}}}\nspec: {{{body}}}\n"
    ).compute
    assert compute is not None
    assert compute.desired == count


def test_a_family_and_a_size_name_an_instance_type() -> None:
    family, size = "karpenter.k8s.aws/instance-family: g5", "karpenter.k8s.aws/instance-size: xlarge"
    compute = only(spec("nvidia.com/gpu: 1", more=f"  nodeSelector: {{{family}, {size}}}\n")).compute
    assert compute is not None
    assert compute.sku == "g5.xlarge"
    assert compute.accelerators is None
    compute = only(spec("nvidia.com/gpu: 1", more=f"  nodeSelector: {{{family}}}\n")).compute
    assert compute is not None
    assert compute.sku == Unknown("of the instance family g5, it may run on any size")


def test_a_node_pool_whose_rate_is_filled_in_is_not_known() -> None:
    found = only(POOL % '- {key: karpenter.sh/capacity-type, operator: In, values: ["{{ rate }}"]}')
    assert found.compute is not None
    assert isinstance(found.compute.purchase_option, Unknown)


OWNED: list[tuple[str, list[tuple[str, str]], list[str]]] = [
    ("itself", [("Deployment", "Deployment")], ["Deployment"]),
    ("each other", [("Deployment", "StatefulSet"), ("StatefulSet", "Deployment")], ["Deployment", "StatefulSet"]),
    ("what runs no pods", [("Deployment", "Widget"), ("Widget", "")], ["Deployment", "Widget"]),
    ("by way of what runs no pods", [("Deployment", "Widget"), ("Widget", "StatefulSet"), ("StatefulSet", "")],
     ["StatefulSet"]),
    ("what is not here", [("Deployment", "StatefulSet")], ["Deployment"]),
]  # fmt: skip


@pytest.mark.parametrize(("owned", "judged"), [case[1:] for case in OWNED], ids=[case[0] for case in OWNED])
def test_nothing_escapes_by_naming_an_owner(owned: list[tuple[str, str]], judged: list[str]) -> None:
    text = "---\n".join(
        f"apiVersion: apps/v1\nkind: {kind}\nmetadata:\n  name: n\n"
        f"  ownerReferences: [{{apiVersion: apps/v1, kind: {owner}, name: n, controller: true}}]\n"
        "spec: {template: {spec: {}}}\n"
        for kind, owner in owned
    )
    assert [one.address.partition("/")[0] for one in resources(text)] == judged


def test_pods_are_their_deployments_where_the_replica_set_between_was_not_listed() -> None:
    found = resources("""\
{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: s}, spec: {template: {spec: {}}}}
---
apiVersion: v1
kind: Pod
metadata:
  name: web-5d4f-x
  namespace: s
  ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: web-5d4f, controller: true}]
spec: {}
---
apiVersion: v1
kind: Pod
metadata:
  name: other-5d4f-x
  namespace: s
  ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: other-5d4f, controller: true}]
spec: {}
""")
    assert [one.address for one in found] == ["Deployment/s/web", "Pod/s/other-5d4f-x"]


def test_a_ray_job_on_a_cluster_of_its_own_has_no_machines() -> None:
    found = only("{apiVersion: ray.io/v1, kind: RayJob, metadata: {name: j}, spec: {clusterSelector: {a: b}}}\n")
    assert found.kind == "other"


def test_annotations_stand_for_labels_that_are_not_there() -> None:
    found = only(
        "apiVersion: apps/v1\nkind: Deployment\n"
        "metadata:\n  name: n\n  labels: {team: a}\n"
        "  annotations: {team: b, cost-center: '1', finops/owner: o, prometheus.io/scrape: 'true'}\n"
        "spec: {template: {spec: {}}}\n"
    )
    assert found.tags.values() == {"team": "a", "cost-center": "1", "finops/owner": "o"}
    assert {key: tag.origin for key, tag in found.tags.entries.items()} == {
        "team": "label", "cost-center": "annotation", "finops/owner": "annotation",
    }  # fmt: skip
