"""AWS: what the attributes of its Terraform types mean (hashicorp/aws documentation, one page a type)."""

from __future__ import annotations

from sumptuary.sources.mapping.fleets import (
    batch,
    endpoint_variants,
    group,
    instance_market,
    node_group,
    root_volume,
    sagemaker_training,
    spot_fleet,
    spot_only,
    spot_price,
)
from sumptuary.sources.mapping.shape import Shape

_CAPACITY: dict[object, str] = {"spot": "spot", "on_demand": "on-demand", "capacity_block": "capacity-block"}


def _database(size: str = "instance_class") -> Shape:
    return Shape("database.instance", sku=size)


_FREE = Shape("other")
"""Costs nothing by itself: it says how something else runs, or what becomes of it."""

SHAPES: dict[str, Shape] = {
    # compute
    "aws_instance": Shape("compute.instance", sku="instance_type", further=root_volume),
    "aws_spot_instance_request": Shape("compute.instance", sku="instance_type", further=spot_only),
    "aws_launch_template": Shape("compute.template", sku="instance_type", further=instance_market),
    "aws_launch_configuration": Shape("compute.template", sku="instance_type", further=spot_price),
    "aws_autoscaling_group": Shape(
        "compute.group", sku="instance_type", minimum="min_size", desired="desired_capacity", maximum="max_size",
        further=group,
    ),
    "aws_spot_fleet_request": Shape(
        "compute.group", sku="launch_specification.instance_type", desired="target_capacity", further=spot_fleet
    ),
    "aws_ec2_fleet": Shape("compute.group", desired="target_capacity_specification.total_target_capacity"),
    "aws_ec2_capacity_reservation": Shape("compute.reservation", sku="instance_type", desired="instance_count"),
    "aws_ec2_capacity_block_reservation": Shape("compute.reservation"),
    "aws_ec2_host": Shape("compute.reservation"),
    "aws_eks_node_group": Shape(
        "compute.node_pool", sku="instance_types", minimum="scaling_config.min_size",
        desired="scaling_config.desired_size", maximum="scaling_config.max_size", purchase_path="capacity_type",
        purchase=_CAPACITY, further=node_group,
    ),
    "aws_eks_cluster": Shape("compute.group"),
    "aws_batch_compute_environment": Shape(
        "compute.group", sku="compute_resources.instance_type", minimum="compute_resources.min_vcpus",
        purchase_path="compute_resources.type",
        purchase={"spot": "spot", "fargate_spot": "spot"}, purpose="batch", further=batch,
    ),
    "aws_emr_cluster": Shape(
        "compute.group", sku="core_instance_group.instance_type", desired="core_instance_group.instance_count",
        defaults={"core_instance_group.instance_count": 1}, purpose="batch",
    ),
    "aws_ecs_service": Shape("compute.group"),
    "aws_lambda_function": Shape("compute.group"),
    # machine learning
    "aws_sagemaker_endpoint_configuration": Shape(
        "ml.endpoint", sku="production_variants.instance_type", desired="production_variants.initial_instance_count",
        defaults={"production_variants.initial_instance_count": 1}, purpose="inference", further=endpoint_variants,
    ),
    "aws_sagemaker_endpoint": Shape("ml.endpoint", purpose="inference"),
    "aws_sagemaker_notebook_instance": Shape("ml.notebook", sku="instance_type", purpose="notebook"),
    "aws_sagemaker_app": Shape("ml.notebook", sku="resource_spec.instance_type", purpose="notebook"),
    "aws_sagemaker_space": Shape("ml.notebook", purpose="notebook"),
    "aws_sagemaker_domain": Shape("ml.cluster"),
    "aws_sagemaker_training_job": Shape(
        "ml.training_job", sku="resource_config.instance_type", desired="resource_config.instance_count",
        deadline="stopping_condition.max_runtime_in_seconds", purpose="training", further=sagemaker_training,
    ),
    "aws_sagemaker_cluster": Shape("ml.cluster"),
    "aws_sagemaker_mlflow_tracking_server": Shape("ml.cluster"),
    "aws_sagemaker_feature_group": Shape("database.table"),
    "aws_bedrock_provisioned_model_throughput": Shape("ml.provisioned_throughput"),
    # storage
    "aws_ebs_volume": Shape(
        "storage.volume", size="size", storage_type="type", iops="iops", throughput="throughput",
        defaults={"type": "gp2"},
    ),
    "aws_ebs_snapshot": Shape("storage.snapshot"),
    "aws_ebs_snapshot_copy": Shape("storage.snapshot"),
    "aws_db_snapshot": Shape("storage.snapshot"),
    "aws_s3_bucket": Shape("storage.bucket"),
    "aws_s3_directory_bucket": Shape("storage.bucket"),
    "aws_efs_file_system": Shape("storage.file_system"),
    "aws_fsx_lustre_file_system": Shape("storage.file_system"),
    "aws_fsx_ontap_file_system": Shape("storage.file_system"),
    "aws_fsx_openzfs_file_system": Shape("storage.file_system"),
    "aws_fsx_windows_file_system": Shape("storage.file_system"),
    "aws_ecr_repository": Shape("storage.bucket"),
    # databases
    "aws_db_instance": _database(),
    "aws_rds_cluster": Shape("database.cluster"),
    "aws_rds_cluster_instance": _database(),
    "aws_rds_global_cluster": Shape("database.cluster"),
    "aws_dax_cluster": _database("node_type"),
    "aws_docdbelastic_cluster": Shape("database.cluster"),
    "aws_keyspaces_table": Shape("database.table"),
    "aws_mq_broker": Shape("database.cluster"),
    "aws_msk_cluster": Shape("database.cluster"),
    "aws_msk_serverless_cluster": Shape("database.cluster"),
    "aws_neptunegraph_graph": Shape("database.cluster"),
    "aws_docdb_cluster": Shape("database.cluster"),
    "aws_docdb_cluster_instance": _database(),
    "aws_neptune_cluster": Shape("database.cluster"),
    "aws_neptune_cluster_instance": _database(),
    "aws_elasticache_cluster": _database("node_type"),
    "aws_elasticache_replication_group": _database("node_type"),
    "aws_elasticache_serverless_cache": Shape("database.cluster"),
    "aws_memorydb_cluster": _database("node_type"),
    "aws_dynamodb_table": Shape("database.table"),
    "aws_redshift_cluster": Shape(
        "database.warehouse", sku="node_type", desired="number_of_nodes", defaults={"number_of_nodes": 1}
    ),
    "aws_redshiftserverless_workgroup": Shape("database.warehouse"),
    "aws_athena_workgroup": Shape("database.warehouse"),
    "aws_kendra_index": Shape("vector.index"),
    "aws_s3vectors_index": Shape("vector.index"),
    "aws_opensearch_domain": Shape(
        "vector.index", sku="cluster_config.instance_type", desired="cluster_config.instance_count",
        defaults={"cluster_config.instance_count": 1},
    ),
    "aws_elasticsearch_domain": Shape(
        "vector.index", sku="cluster_config.instance_type", desired="cluster_config.instance_count",
        defaults={"cluster_config.instance_count": 1},
    ),
    "aws_opensearchserverless_collection": Shape("vector.index"),
    # network
    "aws_nat_gateway": Shape("network.nat"),
    "aws_lb": Shape("network.load_balancer"),
    "aws_alb": Shape("network.load_balancer"),
    "aws_elb": Shape("network.load_balancer"),
    "aws_eip": Shape("network.address"),
    "aws_vpc_endpoint": Shape("network.endpoint"),
    "aws_ec2_transit_gateway": Shape("network.gateway"),
    "aws_vpn_gateway": Shape("network.gateway"),
    "aws_vpn_connection": Shape("network.gateway"),
    "aws_networkfirewall_firewall": Shape("network.gateway"),
    "aws_globalaccelerator_accelerator": Shape("network.load_balancer"),
    # observability, budgets, commitments
    "aws_cloudwatch_log_group": Shape("observability.log_group"),
    "aws_budgets_budget": Shape("budget"),
    "aws_savingsplans_plan": Shape("commitment"),
    "aws_rds_reserved_instance": Shape("commitment"),
    # what rules look for beside the things that cost
    "aws_appautoscaling_target": _FREE,
    "aws_appautoscaling_policy": _FREE,
    "aws_autoscaling_policy": _FREE,
    "aws_autoscaling_schedule": _FREE,
    "aws_batch_job_definition": _FREE,
    "aws_bedrock_inference_profile": _FREE,
    "aws_ce_anomaly_monitor": _FREE,
    "aws_ce_anomaly_subscription": _FREE,
    "aws_ce_cost_allocation_tag": _FREE,
    "aws_ecr_lifecycle_policy": _FREE,
    "aws_s3_bucket_lifecycle_configuration": _FREE,
    "aws_s3_bucket_replication_configuration": _FREE,
    "aws_sagemaker_model": _FREE,
}  # fmt: skip
