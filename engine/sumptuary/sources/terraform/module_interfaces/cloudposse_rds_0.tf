# cloudposse/rds/aws, versions 0.39 to 1.

variable "instance_class" { default = null }
variable "allocated_storage" { default = null }
variable "max_allocated_storage" { default = 0 }
variable "engine" { default = null }
variable "engine_version" { default = null }
variable "multi_az" { default = false }
variable "storage_type" { default = "standard" }
variable "iops" { default = null }
variable "availability_zone" { default = null }

locals {
  own_attributes = []
  own_tags       = {}
}

resource "aws_db_instance" "default" {
  count = local.enabled ? 1 : 0

  identifier            = local.id
  engine                = var.engine
  engine_version        = var.engine_version
  instance_class        = var.instance_class
  allocated_storage     = var.allocated_storage
  max_allocated_storage = var.max_allocated_storage
  storage_type          = var.storage_type
  iops                  = var.iops
  multi_az              = var.multi_az
  availability_zone     = var.availability_zone
  tags                  = local.label
}
