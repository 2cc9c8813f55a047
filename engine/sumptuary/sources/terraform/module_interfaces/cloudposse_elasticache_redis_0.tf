# cloudposse/elasticache-redis/aws, versions 0.41 to 2.

variable "instance_type" { default = "cache.t2.micro" }
variable "cluster_size" { default = 1 }
variable "cluster_mode_enabled" { default = false }
variable "cluster_mode_num_node_groups" { default = 0 }
variable "cluster_mode_replicas_per_node_group" { default = 0 }
variable "engine_version" { default = null }
variable "serverless_enabled" { default = false }
variable "global_replication_group_id" { default = null }

locals {
  own_attributes = []
  own_tags       = {}
}

resource "aws_elasticache_replication_group" "default" {
  count = local.enabled && !var.serverless_enabled ? 1 : 0

  node_type               = var.global_replication_group_id == null ? var.instance_type : null
  engine_version          = var.global_replication_group_id == null ? var.engine_version : null
  num_cache_clusters      = var.cluster_mode_enabled ? null : var.cluster_size
  num_node_groups         = var.cluster_mode_enabled && var.global_replication_group_id == null ? var.cluster_mode_num_node_groups : null
  replicas_per_node_group = var.cluster_mode_enabled ? var.cluster_mode_replicas_per_node_group : null
  tags                    = local.label
}

resource "aws_elasticache_serverless_cache" "default" {
  count = local.enabled && var.serverless_enabled ? 1 : 0

  tags = local.label
}
