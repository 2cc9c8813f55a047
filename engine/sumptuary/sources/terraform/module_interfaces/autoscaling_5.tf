# terraform-aws-modules/autoscaling/aws, versions 5 to 8.

variable "create" { default = true }
variable "name" { default = "" }
variable "instance_name" { default = "" }
variable "tags" { default = {} }
variable "autoscaling_group_tags" { default = {} }
variable "launch_template_tags" { default = {} }
variable "min_size" { default = null }
variable "max_size" { default = null }
variable "desired_capacity" { default = null }
variable "instance_type" { default = null }
variable "instance_market_options" { default = {} }
variable "create_launch_template" { default = true }
variable "launch_template_id" { default = null }
variable "use_mixed_instances_policy" { default = false }
variable "mixed_instances_policy" { default = null }
variable "ignore_desired_capacity_changes" { default = false }

resource "aws_launch_template" "this" {
  count = var.create && var.create_launch_template ? 1 : 0

  instance_type           = var.instance_type
  instance_market_options = try(length(var.instance_market_options), 0) == 0 ? null : [var.instance_market_options]
  tags                    = merge(var.tags, var.launch_template_tags)
}

resource "aws_autoscaling_group" "this" {
  stands_at = "aws_autoscaling_group.${var.ignore_desired_capacity_changes ? "idc" : "this"}{}"
  count = var.create ? 1 : 0

  name                 = var.name
  min_size             = var.min_size
  max_size             = var.max_size
  desired_capacity     = var.desired_capacity
  launch_configuration = null

  dynamic "launch_template" {
    for_each = var.use_mixed_instances_policy ? [] : [1]

    content {
      id = try(aws_launch_template.this[0].id, var.launch_template_id)
    }
  }

  dynamic "mixed_instances_policy" {
    for_each = var.use_mixed_instances_policy ? [1] : []

    content {
      instances_distribution = [try(var.mixed_instances_policy.instances_distribution, {})]

      launch_template {
        launch_template_id = try(aws_launch_template.this[0].id, var.launch_template_id)
        override           = try(var.mixed_instances_policy.override, [])
      }
    }
  }

  dynamic "tag" {
    for_each = merge(var.tags, { "Name" = try(coalesce(var.instance_name, var.name), var.name) }, var.autoscaling_group_tags)

    content {
      key   = tag.key
      value = tag.value
    }
  }
}
