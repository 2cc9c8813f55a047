# terraform-aws-modules/rds-aurora/aws, version 10.

variable "create" { default = true }
variable "region" { default = null }
variable "engine" { default = null }
variable "engine_mode" { default = "provisioned" }
variable "engine_version" { default = null }
variable "cluster_instance_class" { default = null }
variable "instances" { default = {} }
variable "tags" { default = {} }
variable "cluster_tags" { default = {} }

resource "aws_rds_cluster" "this" {
  count = var.create ? 1 : 0

  region         = var.region
  engine         = var.engine
  engine_mode    = var.engine_mode
  engine_version = var.engine_version
  tags           = merge(var.tags, var.cluster_tags)
}

resource "aws_rds_cluster_instance" "this" {
  for_each = { for key, instance in merge(var.instances, {}) : key => instance if var.create && var.engine_mode != "serverless" }

  region            = var.region
  engine            = var.engine
  instance_class    = try(coalesce(each.value.instance_class, var.cluster_instance_class), var.cluster_instance_class)
  availability_zone = try(each.value.availability_zone, null)
  tags              = merge(var.tags, try(each.value.tags, {}))
}
