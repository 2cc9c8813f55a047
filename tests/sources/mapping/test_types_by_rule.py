"""Every type that a rule speaks of has a record; of every type the providers' own pages say whether it takes tags."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sumptuary.sources.mapping import aws, azure, google, shape_of, taggable
from sumptuary.sources.mapping.shape import Shape
from sumptuary.sources.mapping.taggable import tag_attribute_of

LISTS = Path(taggable.__file__).parent / "taggable_types"
BY_RULE = {
    "attribution": (
        "aws_sagemaker_app aws_sagemaker_cluster aws_sagemaker_domain aws_sagemaker_endpoint"
        " aws_sagemaker_endpoint_configuration aws_sagemaker_feature_group aws_sagemaker_mlflow_tracking_server"
        " aws_sagemaker_model aws_sagemaker_notebook_instance aws_sagemaker_space aws_sagemaker_training_job"
        " google_vertex_ai_endpoint google_vertex_ai_endpoint_with_model_garden_deployment"
        " google_vertex_ai_feature_online_store google_vertex_ai_featurestore google_vertex_ai_index"
        " google_vertex_ai_index_endpoint google_vertex_ai_persistent_resource google_vertex_ai_reasoning_engine"
        " google_vertex_ai_tensorboard azurerm_machine_learning_compute_cluster"
        " azurerm_machine_learning_compute_instance azurerm_machine_learning_inference_cluster"
        " azurerm_machine_learning_synapse_spark azurerm_machine_learning_workspace"
    ),
    "tags handed on": "aws_autoscaling_group aws_ecs_service aws_launch_template aws_instance aws_batch_job_definition",
    "billing of tags": "aws_bedrock_inference_profile aws_ce_cost_allocation_tag",
    "spot": (
        "aws_instance aws_launch_template aws_eks_node_group aws_batch_compute_environment aws_autoscaling_group"
        " google_compute_instance google_container_node_pool azurerm_linux_virtual_machine"
        " azurerm_windows_virtual_machine azurerm_linux_virtual_machine_scale_set azurerm_virtual_machine"
        " azurerm_kubernetes_cluster_node_pool azurerm_machine_learning_compute_cluster aws_sagemaker_training_job"
    ),
    "commitments": (
        "aws_savingsplans_plan aws_rds_reserved_instance aws_ec2_capacity_block_reservation"
        " aws_ec2_capacity_reservation google_compute_region_commitment google_bigquery_capacity_commitment"
        " azurerm_capacity_reservation"
    ),
    "lifetimes": (
        "aws_autoscaling_schedule google_compute_resource_policy azurerm_dev_test_global_vm_shutdown_schedule"
        " google_workbench_instance aws_ebs_volume"
    ),
    "budgets": (
        "aws_budgets_budget google_billing_budget azurerm_consumption_budget_subscription"
        " azurerm_consumption_budget_resource_group azurerm_consumption_budget_management_group aws_ce_anomaly_monitor"
    ),
    "scaling": (
        "aws_appautoscaling_target google_cloud_run_v2_service azurerm_container_app azurerm_monitor_autoscale_setting"
    ),
    "storage": (
        "aws_s3_bucket aws_s3_bucket_lifecycle_configuration aws_s3_bucket_replication_configuration"
        " aws_ecr_lifecycle_policy aws_dynamodb_table aws_rds_global_cluster google_storage_bucket"
        " azurerm_storage_account azurerm_storage_management_policy"
    ),
    "network": "aws_vpc_endpoint aws_nat_gateway google_compute_router_nat azurerm_nat_gateway",
    "managed services": "aws_bedrock_provisioned_model_throughput azurerm_cognitive_deployment aws_opensearch_domain",
    "vectors": "aws_opensearch_domain pinecone_index azurerm_search_service",
    "data platforms": (
        "databricks_cluster aws_emr_cluster google_dataproc_cluster snowflake_warehouse aws_athena_workgroup"
        " aws_redshift_cluster azurerm_synapse_sql_pool aws_rds_cluster"
    ),
    "logs": "aws_cloudwatch_log_group azurerm_log_analytics_workspace google_logging_project_bucket_config",
}


@pytest.mark.parametrize(("rule", "name"), [(rule, name) for rule, names in BY_RULE.items() for name in names.split()])
def test_every_type_that_a_rule_speaks_of_has_a_record(rule: str, name: str) -> None:
    assert shape_of(name) is not None, rule


@pytest.mark.parametrize("shapes", [aws.SHAPES, azure.SHAPES, google.SHAPES], ids=["aws", "azure", "google"])
def test_of_every_recorded_type_it_is_known_whether_it_takes_tags(shapes: dict[str, Shape]) -> None:
    assert len(shapes) > 60
    assert [name for name in shapes if tag_attribute_of(name) is None] == []


@pytest.mark.parametrize(
    ("name", "attribute"),
    [
        ("azurerm_app_service_plan", "tags"),
        ("azurerm_postgresql_server", "tags"),
        ("azurerm_postgresql_server_key", ""),
        ("azurerm_media_asset", ""),
        ("google_tpu_node", "labels"),
        ("google_notebooks_runtime", "labels"),
        ("google_notebooks_location", ""),
        ("google_of_tomorrow", None),
    ],
)
def test_types_that_a_provider_has_dropped_are_known_still(name: str, attribute: str | None) -> None:
    assert tag_attribute_of(name) == attribute


@pytest.mark.parametrize("provider", ["aws", "azurerm", "google"])
def test_a_list_of_types_names_each_once_and_says_where_from_and_when(provider: str) -> None:
    lines = (LISTS / f"{provider}.txt").read_text(encoding="utf-8").splitlines()
    notes = [line for line in lines if line.startswith("#")]
    rows = [line.split(" ") for line in lines if not line.startswith("#")]
    names = [row[0] for row in rows]
    assert any(re.search(r"@[0-9a-f]{8,} \(\d{4}-\d\d-\d\d\)", note) for note in notes)
    assert all(len(row) == 2 and row[0].startswith(f"{provider}_") for row in rows)
    assert len(names) == len(set(names)) > 800
