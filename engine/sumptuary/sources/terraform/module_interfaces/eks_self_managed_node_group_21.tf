# terraform-aws-modules/eks/aws//modules/self-managed-node-group, version 21.

variable "create" { default = true }
variable "region" { default = null }
variable "tags" { default = {} }
variable "name" { default = "" }
variable "cluster_name" { default = "" }
variable "min_size" { default = 1 }
variable "max_size" { default = 3 }
variable "desired_size" { default = 1 }
variable "instance_type" { default = "m6i.large" }
variable "instance_market_options" { default = null }
variable "create_launch_template" { default = true }
variable "launch_template_id" { default = null }
variable "create_autoscaling_group" { default = true }
variable "autoscaling_group_tags" { default = {} }
variable "use_mixed_instances_policy" { default = false }
variable "mixed_instances_policy" { default = null }

resource "aws_launch_template" "this" {
  count = var.create && var.create_launch_template ? 1 : 0

  region                  = var.region
  instance_type           = var.instance_type
  instance_market_options = try(length(var.instance_market_options), 0) == 0 ? null : [var.instance_market_options]
  tags                    = var.tags
}

resource "aws_autoscaling_group" "this" {
  count = var.create && var.create_autoscaling_group ? 1 : 0

  region               = var.region
  name                 = var.name
  min_size             = var.min_size
  max_size             = var.max_size
  desired_capacity     = var.desired_size
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
        override           = try(var.mixed_instances_policy.launch_template.override, [])
      }
    }
  }

  dynamic "tag" {
    for_each = merge(
      {
        "Name"                                      = var.name
        "kubernetes.io/cluster/${var.cluster_name}" = "owned"
        "k8s.io/cluster/${var.cluster_name}"        = "owned"
      },
      var.tags,
    )

    content {
      key   = tag.key
      value = tag.value
    }
  }

  dynamic "tag" {
    for_each = var.autoscaling_group_tags

    content {
      key   = tag.key
      value = tag.value
    }
  }
}
