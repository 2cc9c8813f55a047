"""Platforms beside the three clouds, and workloads of the Kubernetes provider."""

from __future__ import annotations

from sumptuary.sources.mapping.shape import Shape

_WORKLOAD = Shape("k8s.workload")
_JOB = Shape("k8s.workload", purpose="batch", deadline="spec.active_deadline_seconds")

SHAPES: dict[str, Shape] = {
    "databricks_cluster": Shape(
        "compute.group", sku="node_type_id", minimum="autoscale.min_workers", desired="num_workers",
        maximum="autoscale.max_workers", purchase_path="aws_attributes.availability",
        purchase={"spot": "spot", "spot_with_fallback": "spot", "on_demand": "on-demand"},
    ),
    "databricks_job": Shape("compute.group", purpose="batch"),
    "databricks_sql_endpoint": Shape("database.warehouse"),
    "snowflake_warehouse": Shape("database.warehouse"),
    "pinecone_index": Shape("vector.index"),
    "kubernetes_deployment": _WORKLOAD,
    "kubernetes_deployment_v1": _WORKLOAD,
    "kubernetes_stateful_set": _WORKLOAD,
    "kubernetes_stateful_set_v1": _WORKLOAD,
    "kubernetes_daemonset": _WORKLOAD,
    "kubernetes_daemon_set_v1": _WORKLOAD,
    "kubernetes_pod": _WORKLOAD,
    "kubernetes_pod_v1": _WORKLOAD,
    "kubernetes_job": _JOB,
    "kubernetes_job_v1": _JOB,
    "kubernetes_cron_job": Shape("k8s.workload", purpose="batch"),
    "kubernetes_cron_job_v1": Shape("k8s.workload", purpose="batch"),
    "kubernetes_horizontal_pod_autoscaler": Shape("k8s.autoscaler"),
    "kubernetes_horizontal_pod_autoscaler_v2": Shape("k8s.autoscaler"),
    "kubernetes_resource_quota": Shape("k8s.quota"),
}  # fmt: skip
