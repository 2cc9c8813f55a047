# cloudposse/ec2-instance/aws, versions 0.40 to 2.

variable "instance_type" { default = "t2.micro" }
variable "availability_zone" { default = "" }
variable "root_volume_type" { default = "gp2" }
variable "root_volume_size" { default = 10 }
variable "root_iops" { default = 0 }
variable "root_throughput" { default = 0 }
variable "ebs_volume_count" { default = 0 }
variable "ebs_volume_type" { default = "gp2" }
variable "ebs_volume_size" { default = 10 }
variable "ebs_iops" { default = 0 }
variable "associate_public_ip_address" { default = false }
variable "assign_eip_address" { default = true }

locals {
  own_attributes = []
  own_tags       = {}
}

resource "aws_instance" "default" {
  count = local.enabled ? 1 : 0

  instance_type           = var.instance_type
  availability_zone       = var.availability_zone == "" ? null : var.availability_zone
  instance_market_options = null
  launch_template         = null
  tags                    = local.label
  volume_tags             = local.label

  root_block_device {
    volume_type = var.root_volume_type
    volume_size = var.root_volume_size
    iops        = contains(["io1", "io2", "gp3"], var.root_volume_type) ? var.root_iops : null
    throughput  = var.root_volume_type == "gp3" ? var.root_throughput : null
  }
}

resource "aws_ebs_volume" "default" {
  count = local.enabled ? var.ebs_volume_count : 0

  size = var.ebs_volume_size
  type = var.ebs_volume_type
  iops = contains(["io1", "io2", "gp3"], var.ebs_volume_type) ? var.ebs_iops : null
  tags = local.label
}

resource "aws_eip" "default" {
  count = local.enabled && var.associate_public_ip_address && var.assign_eip_address ? 1 : 0

  tags = local.label
}
