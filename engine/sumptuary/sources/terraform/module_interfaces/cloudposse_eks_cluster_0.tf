# cloudposse/eks-cluster/aws, versions 0.44 to 4.

variable "kubernetes_version" { default = null }
variable "enabled_cluster_log_types" { default = [] }
variable "cluster_log_retention_period" { default = 0 }
variable "cluster_attributes" { default = ["cluster"] }

locals {
  own_attributes = var.cluster_attributes
  own_tags       = {}
}

resource "aws_eks_cluster" "default" {
  count = local.enabled ? 1 : 0

  name    = local.id
  version = var.kubernetes_version
  tags    = local.label
}

resource "aws_cloudwatch_log_group" "default" {
  count = local.enabled && length(var.enabled_cluster_log_types) > 0 ? 1 : 0

  name              = "/aws/eks/${local.id}/cluster"
  retention_in_days = var.cluster_log_retention_period
  tags              = local.label
}
