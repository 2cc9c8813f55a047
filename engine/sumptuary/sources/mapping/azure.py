"""Azure: what the attributes of its Terraform types mean (hashicorp/azurerm documentation, one page a type)."""

from __future__ import annotations

from sumptuary.model import Resource
from sumptuary.sources.mapping.shape import Shape, whole
from sumptuary.values import Unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sumptuary.sources.mapping.shape import Peers

_PRIORITY: dict[object, str] = {"spot": "spot", "regular": "on-demand", "low": "spot"}
_LOW_PRIORITY: dict[object, str] = {"lowpriority": "spot", "dedicated": "on-demand"}

_DISKS = {
    "Standard_LRS": "Standard HDD",
    "StandardSSD_LRS": "Standard SSD",
    "StandardSSD_ZRS": "Standard SSD ZRS",
    "Premium_LRS": "Premium SSD",
    "PremiumV2_LRS": "Premium SSD v2",
}
"""Disk types as the catalogue calls them."""


def _machine(sku: str = "size") -> Shape:
    return Shape("compute.instance", sku=sku, purchase_path="priority", purchase=_PRIORITY)


def _scale_set(sku: str = "sku", count: str = "instances") -> Shape:
    return Shape("compute.group", sku=sku, desired=count, purchase_path="priority", purchase=_PRIORITY)


def _disk(resource: Resource, peers: Peers) -> None:
    if resource.storage is not None and isinstance(resource.storage.type, str):
        resource.storage.type = _DISKS.get(resource.storage.type, resource.storage.type)


def _default_pool(resource: Resource, peers: Peers) -> None:
    """The default node pool of a cluster; other pools are resources of their own. It cannot be spot."""
    compute = resource.compute
    if compute is not None and compute.desired is None and compute.minimum is None:
        compute.desired = 1


def _provisioned(resource: Resource, peers: Peers) -> None:
    """Azure OpenAI: a deployment whose SKU is provisioned is throughput paid by the hour."""
    name = resource.attribute("sku.name")
    if isinstance(name, Unknown) or (isinstance(name, str) and "provisioned" in name.lower()):
        resource.kind = "ml.provisioned_throughput"


def _spark_or_ml_cluster(resource: Resource, peers: Peers) -> None:
    compute = resource.compute
    if compute is not None and compute.desired is None:
        compute.desired = whole(resource.attribute("scale_settings.min_node_count"))


SHAPES: dict[str, Shape] = {
    # compute
    "azurerm_linux_virtual_machine": _machine(),
    "azurerm_windows_virtual_machine": _machine(),
    "azurerm_virtual_machine": Shape("compute.instance", sku="vm_size"),
    "azurerm_linux_virtual_machine_scale_set": _scale_set(),
    "azurerm_windows_virtual_machine_scale_set": _scale_set(),
    "azurerm_virtual_machine_scale_set": Shape(
        "compute.group", sku="sku.name", desired="sku.capacity", purchase_path="priority", purchase=_PRIORITY
    ),
    "azurerm_orchestrated_virtual_machine_scale_set": _scale_set("sku_name"),
    "azurerm_kubernetes_cluster": Shape(
        "compute.node_pool", sku="default_node_pool.vm_size", minimum="default_node_pool.min_count",
        desired="default_node_pool.node_count", maximum="default_node_pool.max_count", further=_default_pool,
    ),
    "azurerm_kubernetes_cluster_node_pool": Shape(
        "compute.node_pool", sku="vm_size", minimum="min_count", desired="node_count", maximum="max_count",
        purchase_path="priority", purchase=_PRIORITY,
    ),
    "azurerm_capacity_reservation": Shape("compute.reservation", sku="sku.name", desired="sku.capacity"),
    "azurerm_dedicated_host": Shape("compute.reservation"),
    "azurerm_container_app": Shape("compute.group"),
    "azurerm_container_group": Shape("compute.group"),
    "azurerm_service_plan": Shape("compute.group"),
    "azurerm_app_service_plan": Shape("compute.group"),
    "azurerm_hdinsight_spark_cluster": Shape("compute.group", purpose="batch"),
    # machine learning
    "azurerm_machine_learning_compute_cluster": Shape(
        "ml.cluster", sku="vm_size", minimum="scale_settings.min_node_count",
        maximum="scale_settings.max_node_count", purchase_path="vm_priority", purchase=_LOW_PRIORITY,
        further=_spark_or_ml_cluster,
    ),
    "azurerm_machine_learning_compute_instance": Shape(
        "ml.notebook", sku="virtual_machine_size", purpose="notebook"
    ),
    "azurerm_machine_learning_workspace": Shape("ml.cluster"),
    "azurerm_machine_learning_inference_cluster": Shape("ml.endpoint", purpose="inference"),
    "azurerm_cognitive_account": Shape("ml.endpoint", purpose="inference"),
    "azurerm_cognitive_deployment": Shape("ml.endpoint", purpose="inference", further=_provisioned),
    "azurerm_ai_services": Shape("ml.endpoint", purpose="inference"),
    "azurerm_machine_learning_synapse_spark": Shape("ml.cluster"),
    "azurerm_ai_foundry": Shape("ml.cluster"),
    "azurerm_search_service": Shape("vector.index"),
    "azurerm_databricks_workspace": Shape("compute.group"),
    # storage
    "azurerm_managed_disk": Shape(
        "storage.volume", size="disk_size_gb", storage_type="storage_account_type", further=_disk
    ),
    "azurerm_snapshot": Shape("storage.snapshot"),
    "azurerm_storage_account": Shape("storage.bucket"),
    "azurerm_container_registry": Shape("storage.bucket"),
    "azurerm_netapp_volume": Shape("storage.file_system"),
    # databases
    "azurerm_mssql_database": Shape("database.instance"),
    "azurerm_mssql_elasticpool": Shape("database.cluster"),
    "azurerm_mssql_managed_instance": Shape("database.instance"),
    "azurerm_mssql_server": Shape("database.cluster"),
    "azurerm_mysql_flexible_server": Shape("database.instance"),
    "azurerm_postgresql_flexible_server": Shape("database.instance"),
    "azurerm_postgresql_server": Shape("database.instance"),
    "azurerm_cosmosdb_account": Shape("database.cluster"),
    "azurerm_redis_cache": Shape("database.instance"),
    "azurerm_redis_enterprise_cluster": Shape("database.cluster"),
    "azurerm_managed_redis": Shape("database.cluster"),
    "azurerm_mongo_cluster": Shape("database.cluster"),
    "azurerm_mysql_server": Shape("database.instance"),
    "azurerm_mariadb_server": Shape("database.instance"),
    "azurerm_sql_database": Shape("database.instance"),
    "azurerm_cosmosdb_postgresql_cluster": Shape("database.cluster"),
    "azurerm_synapse_sql_pool": Shape("database.warehouse"),
    "azurerm_synapse_workspace": Shape("database.warehouse"),
    "azurerm_kusto_cluster": Shape("database.cluster"),
    # network
    "azurerm_nat_gateway": Shape("network.nat"),
    "azurerm_public_ip": Shape("network.address"),
    "azurerm_lb": Shape("network.load_balancer"),
    "azurerm_application_gateway": Shape("network.load_balancer"),
    "azurerm_private_endpoint": Shape("network.endpoint"),
    "azurerm_virtual_network_gateway": Shape("network.gateway"),
    "azurerm_firewall": Shape("network.gateway"),
    "azurerm_bastion_host": Shape("network.gateway"),
    "azurerm_express_route_circuit": Shape("network.gateway"),
    "azurerm_vpn_gateway": Shape("network.gateway"),
    # observability, budgets
    "azurerm_log_analytics_workspace": Shape("observability.log_group"),
    "azurerm_consumption_budget_subscription": Shape("budget"),
    "azurerm_consumption_budget_resource_group": Shape("budget"),
    "azurerm_consumption_budget_management_group": Shape("budget"),
    "azurerm_application_insights": Shape("observability.log_group"),
    # what rules look for beside the things that cost
    "azurerm_dev_test_global_vm_shutdown_schedule": Shape("other"),
    "azurerm_monitor_autoscale_setting": Shape("other"),
    "azurerm_storage_management_policy": Shape("other"),
}  # fmt: skip
