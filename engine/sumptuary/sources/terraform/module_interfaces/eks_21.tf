# terraform-aws-modules/eks/aws, version 21: the arguments that decide what is paid for.

variable "create" { default = true }
variable "region" { default = null }
variable "tags" { default = {} }
variable "cluster_tags" { default = {} }
variable "name" { default = "" }
variable "kubernetes_version" { default = null }
variable "create_cloudwatch_log_group" { default = true }
variable "cloudwatch_log_group_retention_in_days" { default = 90 }
variable "cloudwatch_log_group_tags" { default = {} }
variable "eks_managed_node_groups" { default = {} }
variable "self_managed_node_groups" { default = {} }
variable "fargate_profiles" { default = {} }

resource "aws_eks_cluster" "this" {
  count = var.create ? 1 : 0

  region = var.region
  name    = var.name
  version = var.kubernetes_version
  tags    = merge(var.tags, var.cluster_tags)
}

resource "aws_cloudwatch_log_group" "this" {
  count = var.create && var.create_cloudwatch_log_group ? 1 : 0

  region = var.region
  name              = "/aws/eks/${var.name}/cluster"
  retention_in_days = var.cloudwatch_log_group_retention_in_days
  tags              = merge(var.tags, var.cloudwatch_log_group_tags, { Name = "/aws/eks/${var.name}/cluster" })
}

resource "aws_eks_node_group" "this" {
  stands_at = "module.eks_managed_node_group{}.aws_eks_node_group.this[0]"
  for_each = { for key, group in merge(var.eks_managed_node_groups, {}) : key => group if var.create && try(group.create, true) != false }

  region = var.region
  cluster_name    = var.name
  node_group_name = try(coalesce(each.value.name, each.key), each.key)
  ami_type        = try(each.value.ami_type, null)
  capacity_type   = try(each.value.capacity_type, null)
  instance_types  = try(each.value.instance_types, null)
  launch_template = try(each.value.create_launch_template, true) == false && try(each.value.use_custom_launch_template, true) != false ? [{}] : null
  disk_size       = null
  labels          = try(each.value.labels, null)
  tags            = merge(var.tags, try(each.value.tags, {}), { Name = try(coalesce(each.value.name, each.key), each.key) })

  scaling_config {
    min_size     = try(coalesce(each.value.min_size, 1), 1)
    max_size     = try(coalesce(each.value.max_size, 3), 3)
    desired_size = try(coalesce(each.value.desired_size, 1), 1)
  }
}

resource "aws_launch_template" "this" {
  stands_at = "module.self_managed_node_group{}.aws_launch_template.this[0]"
  for_each = { for key, group in merge(var.self_managed_node_groups, {}) : key => group if var.create && try(group.create, true) != false && try(group.create_launch_template, true) != false }

  region = var.region
  instance_type           = try(coalesce(each.value.instance_type, "m6i.large"), "m6i.large")
  instance_market_options = try(each.value.instance_market_options, null) == null ? null : [try(each.value.instance_market_options, null)]
  tags                    = merge(var.tags, try(each.value.tags, {}))
}

resource "aws_autoscaling_group" "this" {
  stands_at = "module.self_managed_node_group{}.aws_autoscaling_group.this[0]"
  for_each = { for key, group in merge(var.self_managed_node_groups, {}) : key => group if var.create && try(group.create, true) != false }

  region = var.region
  name                 = try(coalesce(each.value.name, each.key), each.key)
  min_size             = try(coalesce(each.value.min_size, 1), 1)
  max_size             = try(coalesce(each.value.max_size, 3), 3)
  desired_capacity     = try(coalesce(each.value.desired_size, 1), 1)
  launch_configuration = null

  dynamic "launch_template" {
    for_each = try(coalesce(each.value.use_mixed_instances_policy, false), false) == true ? [] : [1]

    content {
      id = try(aws_launch_template.this[each.key].id, each.value.launch_template_id)
    }
  }

  mixed_instances_policy = try(coalesce(each.value.use_mixed_instances_policy, false), false) == true ? [{
    instances_distribution = try([each.value.mixed_instances_policy.instances_distribution], [{}])
    launch_template        = [{ override = try(each.value.mixed_instances_policy.launch_template.override, []) }]
  }] : null

  dynamic "tag" {
    for_each = merge(
      {
        "Name"                                          = try(coalesce(each.value.name, each.key), each.key)
        "kubernetes.io/cluster/${var.name}" = "owned"
        "k8s.io/cluster/${var.name}"        = "owned"
      },
      var.tags,
      try(each.value.tags, {}),
    )

    content {
      key   = tag.key
      value = tag.value
    }
  }

  dynamic "tag" {
    for_each = try(coalesce(each.value.autoscaling_group_tags, {}), {})

    content {
      key   = tag.key
      value = tag.value
    }
  }
}

resource "aws_eks_fargate_profile" "this" {
  stands_at = "module.fargate_profile{}.aws_eks_fargate_profile.this[0]"
  for_each  = { for key, profile in merge(var.fargate_profiles, {}) : key => profile if var.create && try(profile.create, true) != false }

  cluster_name         = var.name
  fargate_profile_name = try(coalesce(each.value.name, each.key), each.key)
  tags                 = merge(var.tags, try(each.value.tags, {}))
}
