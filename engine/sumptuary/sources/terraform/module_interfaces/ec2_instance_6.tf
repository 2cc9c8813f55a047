# terraform-aws-modules/ec2-instance/aws, version 6.

variable "create" { default = true }
variable "region" { default = null }
variable "name" { default = "" }
variable "tags" { default = {} }
variable "instance_tags" { default = {} }
variable "instance_type" { default = "t3.micro" }
variable "availability_zone" { default = null }
variable "launch_template" { default = null }
variable "create_spot_instance" { default = false }
variable "root_block_device" { default = null }
variable "instance_market_options" { default = null }
variable "ignore_ami_changes" { default = false }

resource "aws_instance" "this" {
  stands_at = "aws_instance.${var.ignore_ami_changes ? "ignore_ami" : "this"}{}"
  count = var.create && !var.create_spot_instance ? 1 : 0

  region                  = var.region
  instance_type           = var.instance_type
  availability_zone       = var.availability_zone
  instance_market_options = var.instance_market_options == null ? null : [var.instance_market_options]
  launch_template         = try(length(var.launch_template), 0) == 0 ? null : [var.launch_template]
  root_block_device       = var.root_block_device == null ? null : [{
    volume_size = try(var.root_block_device.size, null)
    volume_type = try(var.root_block_device.type, null)
    iops        = try(var.root_block_device.iops, null)
    throughput  = try(var.root_block_device.throughput, null)
  }]
  tags                    = merge({ Name = var.name }, var.instance_tags, var.tags)
}

resource "aws_spot_instance_request" "this" {
  count = var.create && var.create_spot_instance ? 1 : 0

  region                  = var.region
  instance_type           = var.instance_type
  availability_zone       = var.availability_zone
  instance_market_options = var.instance_market_options == null ? null : [var.instance_market_options]
  launch_template         = try(length(var.launch_template), 0) == 0 ? null : [var.launch_template]
  root_block_device       = var.root_block_device == null ? null : [{
    volume_size = try(var.root_block_device.size, null)
    volume_type = try(var.root_block_device.type, null)
    iops        = try(var.root_block_device.iops, null)
    throughput  = try(var.root_block_device.throughput, null)
  }]
  tags                    = merge({ Name = var.name }, var.instance_tags, var.tags)
}
