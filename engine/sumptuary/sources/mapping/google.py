"""Google Cloud: what the attributes of its Terraform types mean (hashicorp/google documentation, one page a type)."""

from __future__ import annotations

from sumptuary.model import Accelerators, Resource, Tag
from sumptuary.sources.mapping.shape import Shape, mapped, text, whole
from sumptuary.values import Absent, Unknown, is_list, is_map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sumptuary.sources.mapping.shape import Peers

SPOT_MODELS = {"SPOT": "spot", "STANDARD": "on-demand", "FLEX_START": "on-demand", "RESERVATION_BOUND": "reserved"}


def _scheduling(resource: Resource, peers: Peers) -> None:
    """An instance or template: ``scheduling`` says spot or preemptible, and how long it may run."""
    compute = resource.compute
    if compute is None:
        return
    compute.purchase_attribute = "scheduling.provisioning_model"
    model = resource.attribute("scheduling.provisioning_model")
    preemptible = resource.attribute("scheduling.preemptible")
    if isinstance(model, Unknown):
        compute.purchase_option = model
    elif isinstance(preemptible, Unknown):
        compute.purchase_option = preemptible
    elif isinstance(model, str):
        compute.purchase_option = SPOT_MODELS.get(model, "on-demand")
    elif preemptible is True:
        compute.purchase_option = "spot"
    resource.lifetime.deadline_seconds = whole(resource.attribute("scheduling.max_run_duration.seconds"))
    _accelerators(resource, "guest_accelerator", "type", "count")


def _accelerators(resource: Resource, block: str, kind: str, number: str) -> None:
    """Accelerators attached beside the machine type; the catalogue's names for them are found later."""
    compute = resource.compute
    attached = resource.attribute(block)
    if compute is None or isinstance(attached, Absent) or attached == []:
        return
    if isinstance(attached, Unknown):
        compute.accelerators = attached
        return
    model, count = resource.attribute(f"{block}.{kind}"), resource.attribute(f"{block}.{number}")
    if isinstance(model, Unknown):
        compute.accelerators = model
    elif isinstance(model, str):
        found = whole(count)
        if found == 0:
            return  # "To set an empty list, use a single guest_accelerator block with count = 0" (compute_instance)
        compute.accelerators = Accelerators(model.rpartition("/")[2], 1 if found is None else found)


def _node_pool(resource: Resource, peers: Peers) -> None:
    """A GKE node pool: counts are per zone where it is regional; spot or preemptible nodes; attached accelerators."""
    compute = resource.compute
    if compute is None:
        return
    compute.purchase_attribute = "node_config.spot"
    for path in ("node_config.spot", "node_config.preemptible"):
        value = resource.attribute(path)
        if isinstance(value, Unknown):
            compute.purchase_option = value
        elif value in (True, "true"):  # modules hand it down in a map of texts
            compute.purchase_option = "spot"
    if compute.desired is None:
        compute.desired = whole(resource.attribute("initial_node_count"))
        compute.count_attribute = "initial_node_count"
    _per_zone(resource)
    if compute.minimum is None and compute.maximum is None:
        compute.minimum = whole(resource.attribute("autoscaling.total_min_node_count"))
        compute.maximum = whole(resource.attribute("autoscaling.total_max_node_count"))
    _accelerators(resource, "node_config.guest_accelerator", "type", "count")
    _labels_of_cluster(resource, peers)


def _labels_of_cluster(resource: Resource, peers: Peers) -> None:
    """What a cluster is labelled its nodes are too, unless their pool says otherwise (GKE, label propagation)."""
    found = (peers.get(address) for address in resource.relations.get("cluster", ()))
    cluster = next((each for each in found if each is not None and each.type == "google_container_cluster"), None)
    own = resource.tags
    if cluster is None:
        if own.rest is None:
            waits = f"{resource.address}.cluster"
            own.rest = Unknown("its cluster hands labels down, and is not in this configuration", (waits,))
        return
    handed: dict[str, Tag] = {}
    for key, tag in cluster.tags.entries.items():
        value = tag.value if own.rest is None else own.rest  # the pool's own labels win, and not all are known
        handed[key] = Tag(value, "inherited", tag.place or cluster.origin.place_of(cluster.tag_attribute))
    rest = cluster.tags.rest
    own.entries = {**handed, **own.entries}
    own.rest = rest if own.rest is None else own.rest if rest is None else own.rest.joined(rest)


def _per_zone(resource: Resource) -> None:
    """Counts are per zone: in several zones, or in a region whose zones are not listed, they multiply."""
    compute, zones = resource.compute, resource.attribute("node_locations")
    if compute is None or (isinstance(zones, Absent) and isinstance(resource.zone, str)):
        return
    waits = Unknown("its counts are per zone, and its zones are not listed", (f"{resource.address}.node_locations",))
    for name in ("minimum", "desired", "maximum"):
        value = getattr(compute, name)
        if not isinstance(value, int) or value == 0:
            continue
        if is_list(zones) and zones:
            setattr(compute, name, value * len(zones))
        else:
            setattr(compute, name, zones if isinstance(zones, Unknown) else waits)


def _manager(resource: Resource, peers: Peers) -> None:
    """A managed instance group runs its template's machines."""
    compute = resource.compute
    if compute is None:
        return
    compute.sku_attribute = "version.instance_template"
    for path, addresses in resource.relations.items():
        if not path.startswith("version"):
            continue
        for address in addresses:
            template = peers.get(address)
            template = mapped(template, peers) if template is not None else None
            if template is not None and template.compute is not None:
                compute.sku = template.compute.sku
                compute.purchase_option = template.compute.purchase_option
                compute.accelerators = template.compute.accelerators
                return
    if compute.sku is None:
        compute.sku = Unknown("its instance template is not in this configuration", (f"{resource.address}.version",))


def _cloud_run(resource: Resource, peers: Peers) -> None:
    """Cloud Run counts instances of containers, not machines; a GPU is named by its node selector."""
    compute = resource.compute
    if compute is None:
        return
    compute.sku = None
    model = resource.attribute("template.node_selector.accelerator")
    if isinstance(model, str):
        compute.accelerators = Accelerators(model, _cloud_run_gpus(resource))


def _cloud_run_gpus(resource: Resource) -> int | Unknown:
    """GPUs of one instance, by the limit of its containers; one where none is given."""
    limits = resource.attribute("template.containers.resources.limits")
    value = limits.get("nvidia.com/gpu") if is_map(limits) else limits
    count = whole(value)
    return 1 if count is None else count


def _disk_type(resource: Resource, peers: Peers) -> None:
    """A disk's type may be given as a URL."""
    if resource.storage is not None and isinstance(resource.storage.type, str):
        resource.storage.type = text(resource.storage.type.rpartition("/")[2])


def _instance(kind: str, prefix: str = "") -> Shape:
    return Shape(kind, sku=f"{prefix}machine_type", further=_scheduling)


_ENDPOINT = Shape("ml.endpoint", purpose="inference")

SHAPES: dict[str, Shape] = {
    # compute
    "google_compute_instance": _instance("compute.instance"),
    "google_compute_instance_template": _instance("compute.template"),
    "google_compute_region_instance_template": _instance("compute.template"),
    "google_compute_instance_group_manager": Shape(
        "compute.group", sku="machine_type", desired="target_size", further=_manager
    ),
    "google_compute_region_instance_group_manager": Shape(
        "compute.group", sku="machine_type", desired="target_size", further=_manager
    ),
    "google_compute_reservation": Shape(
        "compute.reservation", sku="specific_reservation.instance_properties.machine_type",
        desired="specific_reservation.count",
    ),
    "google_compute_region_commitment": Shape("commitment"),
    "google_container_node_pool": Shape(
        "compute.node_pool", sku="node_config.machine_type", minimum="autoscaling.min_node_count",
        desired="node_count", maximum="autoscaling.max_node_count",
        defaults={"node_config.machine_type": "e2-medium"}, further=_node_pool,
    ),
    "google_container_cluster": Shape("compute.group"),
    "google_dataproc_cluster": Shape(
        "compute.group", sku="cluster_config.worker_config.machine_type",
        desired="cluster_config.worker_config.num_instances", purpose="batch",
    ),
    "google_cloud_run_service": Shape("compute.group", sku="machine_type", further=_cloud_run),
    "google_cloud_run_v2_service": Shape(
        "compute.group", sku="machine_type", minimum="template.scaling.min_instance_count",
        maximum="template.scaling.max_instance_count", further=_cloud_run,
    ),
    "google_cloud_run_v2_job": Shape("compute.group", purpose="batch"),
    "google_cloudfunctions_function": Shape("compute.group"),
    "google_cloudfunctions2_function": Shape("compute.group"),
    "google_tpu_node": Shape("compute.instance", sku="accelerator_type"),
    "google_tpu_v2_vm": Shape("compute.instance", sku="accelerator_type"),
    # machine learning
    "google_vertex_ai_endpoint": _ENDPOINT,
    "google_vertex_ai_endpoint_with_model_garden_deployment": Shape(
        "ml.endpoint", sku="deploy_config.dedicated_resources.machine_spec.machine_type",
        minimum="deploy_config.dedicated_resources.min_replica_count",
        maximum="deploy_config.dedicated_resources.max_replica_count", purpose="inference",
    ),
    "google_vertex_ai_index_endpoint": Shape("vector.index"),
    "google_vertex_ai_index": Shape("vector.index"),
    "google_vertex_ai_index_endpoint_deployed_index": Shape(
        "vector.index", sku="dedicated_resources.machine_spec.machine_type",
        minimum="dedicated_resources.min_replica_count", maximum="dedicated_resources.max_replica_count",
    ),
    "google_vertex_ai_featurestore": Shape("database.cluster"),
    "google_vertex_ai_feature_online_store": Shape("database.cluster"),
    "google_vertex_ai_persistent_resource": Shape("ml.cluster"),
    "google_vertex_ai_reasoning_engine": _ENDPOINT,
    "google_vertex_ai_tensorboard": Shape("ml.cluster"),
    "google_workbench_instance": Shape("ml.notebook", sku="gce_setup.machine_type", purpose="notebook"),
    "google_notebooks_instance": Shape("ml.notebook", sku="machine_type", purpose="notebook"),
    "google_notebooks_runtime": Shape(
        "ml.notebook", sku="virtual_machine.virtual_machine_config.machine_type", purpose="notebook"
    ),
    "google_colab_runtime_template": Shape("compute.template", sku="machine_spec.machine_type"),
    # storage
    "google_compute_disk": Shape(
        "storage.volume", size="size", storage_type="type", defaults={"type": "pd-standard"}, further=_disk_type
    ),
    "google_compute_region_disk": Shape(
        "storage.volume", size="size", storage_type="type", defaults={"type": "pd-standard"}, further=_disk_type
    ),
    "google_compute_snapshot": Shape("storage.snapshot"),
    "google_storage_bucket": Shape("storage.bucket"),
    "google_filestore_instance": Shape("storage.file_system"),
    "google_parallelstore_instance": Shape("storage.file_system"),
    "google_lustre_instance": Shape("storage.file_system"),
    "google_netapp_storage_pool": Shape("storage.file_system"),
    "google_artifact_registry_repository": Shape("storage.bucket"),
    # databases
    "google_sql_database_instance": Shape("database.instance", sku="settings.tier"),
    "google_alloydb_cluster": Shape("database.cluster"),
    "google_alloydb_instance": Shape("database.instance"),
    "google_spanner_instance": Shape("database.cluster"),
    "google_bigtable_instance": Shape("database.cluster"),
    "google_redis_instance": Shape("database.instance"),
    "google_redis_cluster": Shape("database.cluster"),
    "google_memorystore_instance": Shape("database.cluster"),
    "google_managed_kafka_cluster": Shape("database.cluster"),
    "google_firestore_database": Shape("database.table"),
    "google_bigquery_dataset": Shape("database.warehouse"),
    "google_bigquery_table": Shape("database.table"),
    "google_bigquery_reservation": Shape("commitment"),
    "google_bigquery_capacity_commitment": Shape("commitment"),
    # network
    "google_compute_router_nat": Shape("network.nat"),
    "google_compute_address": Shape("network.address"),
    "google_compute_global_address": Shape("network.address"),
    "google_compute_forwarding_rule": Shape("network.load_balancer"),
    "google_compute_global_forwarding_rule": Shape("network.load_balancer"),
    "google_compute_vpn_tunnel": Shape("network.gateway"),
    # observability, budgets
    "google_logging_project_bucket_config": Shape("observability.log_group"),
    "google_billing_budget": Shape("budget"),
    # what rules look for beside the things that cost
    "google_compute_resource_policy": Shape("other"),
    "google_compute_autoscaler": Shape("other"),
    "google_compute_region_autoscaler": Shape("other"),
}  # fmt: skip
