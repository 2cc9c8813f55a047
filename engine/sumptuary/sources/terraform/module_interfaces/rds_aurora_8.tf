# terraform-aws-modules/rds-aurora/aws, versions 8 and 9.

variable "create" { default = true }
variable "engine" { default = null }
variable "engine_mode" { default = "provisioned" }
variable "engine_version" { default = null }
variable "instance_class" { default = "" }
variable "instances" { default = {} }
variable "tags" { default = {} }
variable "cluster_tags" { default = {} }

resource "aws_rds_cluster" "this" {
  count = var.create ? 1 : 0

  engine         = var.engine
  engine_mode    = var.engine_mode
  engine_version = var.engine_version
  tags           = merge(var.tags, var.cluster_tags)
}

resource "aws_rds_cluster_instance" "this" {
  for_each = { for key, instance in merge(var.instances, {}) : key => instance if var.create && var.engine_mode != "serverless" }

  engine            = var.engine
  instance_class    = try(each.value.instance_class, var.instance_class)
  availability_zone = try(each.value.availability_zone, null)
  tags              = merge(var.tags, try(each.value.tags, {}))
}
