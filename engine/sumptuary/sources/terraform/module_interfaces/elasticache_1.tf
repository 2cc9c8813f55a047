# terraform-aws-modules/elasticache/aws, version 1.

variable "create" { default = true }
variable "create_cluster" { default = false }
variable "create_replication_group" { default = true }
variable "engine" { default = "redis" }
variable "engine_version" { default = null }
variable "node_type" { default = null }
variable "num_cache_nodes" { default = 1 }
variable "num_cache_clusters" { default = null }
variable "num_node_groups" { default = null }
variable "replicas_per_node_group" { default = null }
variable "cluster_mode_enabled" { default = false }
variable "replication_group_id" { default = null }
variable "availability_zone" { default = null }
variable "tags" { default = {} }

resource "aws_elasticache_cluster" "this" {
  count = var.create && var.create_cluster ? 1 : 0

  engine               = var.replication_group_id == null ? var.engine : null
  engine_version       = var.replication_group_id == null ? var.engine_version : null
  node_type            = var.replication_group_id == null ? var.node_type : null
  num_cache_nodes      = var.replication_group_id == null ? var.num_cache_nodes : null
  replication_group_id = var.replication_group_id
  availability_zone    = var.availability_zone
  tags                 = merge(var.tags, { terraform-aws-modules = "elasticache" })
}

resource "aws_elasticache_replication_group" "this" {
  count = var.create && var.create_replication_group ? 1 : 0

  engine                  = var.engine
  engine_version          = var.engine_version
  node_type               = var.node_type
  num_cache_clusters      = var.cluster_mode_enabled ? null : var.num_cache_clusters
  num_node_groups         = var.cluster_mode_enabled ? var.num_node_groups : null
  replicas_per_node_group = var.replicas_per_node_group
  tags                    = merge(var.tags, { terraform-aws-modules = "elasticache" })
}
