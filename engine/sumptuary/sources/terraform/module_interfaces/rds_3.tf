# terraform-aws-modules/rds/aws, versions 3 to 6.

variable "create_db_instance" { default = true }
variable "identifier" { default = null }
variable "engine" { default = null }
variable "engine_version" { default = null }
variable "instance_class" { default = null }
variable "allocated_storage" { default = null }
variable "max_allocated_storage" { default = null }
variable "storage_type" { default = null }
variable "iops" { default = null }
variable "multi_az" { default = false }
variable "availability_zone" { default = null }
variable "replicate_source_db" { default = null }
variable "tags" { default = {} }
variable "db_instance_tags" { default = {} }

resource "aws_db_instance" "this" {
  stands_at = "module.db_instance.aws_db_instance.this{}"
  count = var.create_db_instance ? 1 : 0

  identifier            = var.identifier
  engine                = var.engine
  engine_version        = var.engine_version
  instance_class        = var.instance_class
  allocated_storage     = var.allocated_storage
  max_allocated_storage = var.max_allocated_storage
  storage_type          = var.storage_type
  iops                  = var.iops
  multi_az              = var.multi_az
  availability_zone     = var.availability_zone
  replicate_source_db   = var.replicate_source_db
  tags                  = merge(var.tags, var.db_instance_tags)
}
