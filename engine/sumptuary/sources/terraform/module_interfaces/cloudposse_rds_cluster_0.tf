# cloudposse/rds-cluster/aws, versions 0.47 to 2.

variable "cluster_size" { default = 2 }
variable "cluster_type" { default = "regional" }
variable "instance_type" { default = "db.t2.small" }
variable "engine" { default = "aurora" }
variable "engine_mode" { default = "provisioned" }
variable "engine_version" { default = "" }
variable "serverlessv2_scaling_configuration" { default = null }
variable "instance_availability_zone" { default = "" }

locals {
  own_attributes = []
  own_tags       = {}
}

resource "aws_rds_cluster" "primary" {
  stands_at = "aws_rds_cluster.${var.cluster_type == "regional" ? "primary" : "secondary"}{}"
  count     = local.enabled ? 1 : 0

  engine         = var.engine
  engine_mode    = var.engine_mode
  engine_version = var.engine_version
  tags           = local.label
}

resource "aws_rds_cluster_instance" "default" {
  count = local.enabled ? var.cluster_size : 0

  instance_class    = var.serverlessv2_scaling_configuration != null ? "db.serverless" : var.instance_type
  engine            = var.engine
  engine_version    = var.engine_version
  availability_zone = var.instance_availability_zone == "" ? null : var.instance_availability_zone
  tags              = local.label
}
