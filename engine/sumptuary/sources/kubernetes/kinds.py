"""What each kind of object is: where its pods stand and how many there are; one record a kind."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True, frozen=True)
class PodSet:
    """Where the pods of a kind are described, and their counts.

    ``path`` leads to a map, or with ``*`` to each of several. Below it are ``template`` (a pod template, or with
    ``inline`` a pod spec; empty for the map itself), and the counts. ``times`` is a further factor, ``less`` is taken
    off it. ``default`` is the count where none is given, None where it cannot be told; more than ``most`` never run.
    """

    path: str
    template: str = "template"
    desired: str = "replicas"
    minimum: str = ""
    maximum: str = ""
    times: str = ""
    less: int = 0
    inline: bool = False
    default: int | None = 1
    most: str = ""


@dataclass(slots=True, frozen=True)
class Kind:
    """One kind of object: ours in ``kind``; what it is for by its nature in ``purpose``.

    ``deadline`` is the path of a limit that ends it, in seconds. ``ends`` says that it is work that ends by itself,
    ``suspend`` where a switch stands that keeps it from running.
    """

    kind: str = "k8s.workload"
    pods: tuple[PodSet, ...] = ()
    purpose: str = ""
    deadline: str = ""
    schedule: str = ""
    ends: bool = False
    suspend: str = "spec.suspend"


_TEMPLATE = (PodSet("spec"),)


def _kubeflow(specs: str) -> Kind:
    """A job of Kubeflow's training operator: replica specs by role (kubeflow.org/v1)."""
    return Kind(
        "ml.training_job", (PodSet(f"spec.{specs}.*"),), "training", "spec.runPolicy.activeDeadlineSeconds", ends=True,
        suspend="spec.runPolicy.suspend",
    )  # fmt: skip


def _ray(cluster: str) -> tuple[PodSet, ...]:
    """Head and workers of a Ray cluster (ray.io/v1, RayClusterSpec)."""
    workers = PodSet(f"{cluster}.workerGroupSpecs.*", minimum="minReplicas", maximum="maxReplicas", times="numOfHosts")
    return (workers, PodSet(f"{cluster}.headGroupSpec", desired=""))


KINDS: dict[str, Kind] = {
    # core, apps, batch
    "Pod": Kind(pods=(PodSet("", template="", desired=""),), deadline="spec.activeDeadlineSeconds"),
    "ReplicationController": Kind(pods=_TEMPLATE),
    "Deployment.apps": Kind(pods=_TEMPLATE),
    "StatefulSet.apps": Kind(pods=_TEMPLATE),
    "ReplicaSet.apps": Kind(pods=_TEMPLATE),
    "DaemonSet.apps": Kind(pods=(PodSet("spec", desired="", default=None),)),
    "Job.batch": Kind(
        pods=(PodSet("spec", desired="parallelism", most="completions"),), deadline="spec.activeDeadlineSeconds",
        ends=True,
    ),
    "CronJob.batch": Kind(
        pods=(PodSet("spec.jobTemplate.spec", desired="parallelism", most="completions"),),
        deadline="spec.jobTemplate.spec.activeDeadlineSeconds", schedule="spec.schedule", ends=True,
    ),
    "Rollout.argoproj.io": Kind(pods=_TEMPLATE),
    "CloneSet.apps.kruise.io": Kind(pods=_TEMPLATE),
    # training
    "PyTorchJob.kubeflow.org": _kubeflow("pytorchReplicaSpecs"),
    "TFJob.kubeflow.org": _kubeflow("tfReplicaSpecs"),
    "MPIJob.kubeflow.org": _kubeflow("mpiReplicaSpecs"),
    "XGBoostJob.kubeflow.org": _kubeflow("xgbReplicaSpecs"),
    "PaddleJob.kubeflow.org": _kubeflow("paddleReplicaSpecs"),
    "JAXJob.kubeflow.org": _kubeflow("jaxReplicaSpecs"),
    "TrainJob.trainer.kubeflow.org": Kind(
        "ml.training_job", (PodSet("spec.trainer", template="", desired="numNodes", inline=True),), "training",
        ends=True,
    ),
    "JobSet.jobset.x-k8s.io": Kind(
        pods=(PodSet("spec.replicatedJobs.*", template="template.spec.template", times="template.spec.parallelism"),),
        ends=True,
    ),
    "Job.batch.volcano.sh": Kind(pods=(PodSet("spec.tasks.*"),), ends=True),
    "LeaderWorkerSet.leaderworkerset.x-k8s.io": Kind(
        pods=(
            PodSet("spec", template="leaderWorkerTemplate.workerTemplate", times="leaderWorkerTemplate.size", less=1),
            PodSet("spec", template="leaderWorkerTemplate.leaderTemplate"),
        )
    ),
    "RayCluster.ray.io": Kind("ml.cluster", _ray("spec")),
    "RayJob.ray.io": Kind(
        "ml.training_job", _ray("spec.rayClusterSpec"), deadline="spec.activeDeadlineSeconds", ends=True
    ),
    # serving
    "RayService.ray.io": Kind("ml.endpoint", _ray("spec.rayClusterConfig"), "inference"),
    "InferenceService.serving.kserve.io": Kind(
        "ml.endpoint",
        tuple(
            PodSet(f"spec.{part}", template="", desired="", minimum="minReplicas", maximum="maxReplicas", inline=True)
            for part in ("predictor", "transformer", "explainer")
        ),
        "inference",
    ),
    "LLMInferenceService.serving.kserve.io": Kind(
        "ml.endpoint", (PodSet("spec", inline=True), PodSet("spec.prefill", inline=True)), "inference"
    ),
    "Service.serving.knative.dev": Kind(pods=(PodSet("spec", desired=""),)),
    "SeldonDeployment.machinelearning.seldon.io": Kind(
        "ml.endpoint", (PodSet("spec.predictors.*.componentSpecs.*", template="", desired="replicas"),), "inference"
    ),
    "Notebook.kubeflow.org": Kind("ml.notebook", (PodSet("spec", desired=""),), "notebook"),
    # what scales, what limits
    "HorizontalPodAutoscaler.autoscaling": Kind("k8s.autoscaler"),
    "VerticalPodAutoscaler.autoscaling.k8s.io": Kind("k8s.autoscaler"),
    "ScaledObject.keda.sh": Kind("k8s.autoscaler"),
    "ResourceQuota": Kind("k8s.quota"),
    "LimitRange": Kind("k8s.quota"),
    "ClusterQueue.kueue.x-k8s.io": Kind("k8s.quota"),
    "NodePool.karpenter.sh": Kind("compute.node_pool"),
    "Provisioner.karpenter.sh": Kind("compute.node_pool"),
    "PersistentVolumeClaim": Kind("storage.volume"),
}  # fmt: skip
"""By ``Kind.group``, as kubectl names them. What is not here is of kind ``other``."""
