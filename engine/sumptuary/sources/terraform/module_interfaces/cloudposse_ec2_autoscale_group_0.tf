# cloudposse/ec2-autoscale-group/aws, versions 0.29 to 0.43.

variable "instance_type" { default = null }
variable "min_size" { default = null }
variable "max_size" { default = null }
variable "desired_capacity" { default = null }
variable "instance_market_options" { default = null }
variable "mixed_instances_policy" { default = null }

locals {
  own_attributes = []
  own_tags       = {}
}

resource "aws_launch_template" "default" {
  count = local.enabled ? 1 : 0

  instance_type           = var.instance_type
  instance_market_options = var.instance_market_options == null ? null : [var.instance_market_options]
  tags                    = local.label
}

resource "aws_autoscaling_group" "default" {
  count = local.enabled ? 1 : 0

  min_size             = var.min_size
  max_size             = var.max_size
  desired_capacity     = var.desired_capacity
  launch_configuration = null

  dynamic "launch_template" {
    for_each = var.mixed_instances_policy == null ? [1] : []

    content {
      id = aws_launch_template.default[0].id
    }
  }

  dynamic "mixed_instances_policy" {
    for_each = var.mixed_instances_policy == null ? [] : [1]

    content {
      instances_distribution = [try(coalesce(var.mixed_instances_policy.instances_distribution, {}), {})]

      launch_template {
        launch_template_id = aws_launch_template.default[0].id
        override           = try(coalesce(var.mixed_instances_policy.override, []), [])
      }
    }
  }

  dynamic "tag" {
    for_each = { for key, value in local.label : key => value if value != "" && value != null }

    content {
      key   = tag.key
      value = tag.value
    }
  }
}
