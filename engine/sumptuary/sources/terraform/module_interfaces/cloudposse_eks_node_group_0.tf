# cloudposse/eks-node-group/aws, versions 0.25 to 2.

variable "cluster_name" { default = null }
variable "instance_types" { default = ["t3.medium"] }
variable "capacity_type" { default = null }
variable "desired_size" { default = null }
variable "min_size" { default = null }
variable "max_size" { default = null }
variable "create_before_destroy" { default = false }
variable "kubernetes_labels" { default = {} }

locals {
  own_attributes = ["workers"]
  own_tags       = {}
}

resource "aws_eks_node_group" "default" {
  stands_at = "aws_eks_node_group.${var.create_before_destroy ? "cbd" : "default"}{}"
  count     = local.enabled ? 1 : 0

  cluster_name    = var.cluster_name
  instance_types  = var.instance_types
  capacity_type   = var.capacity_type
  launch_template = null
  disk_size       = null
  labels          = var.kubernetes_labels
  tags            = merge(local.label, { "kubernetes.io/cluster/${var.cluster_name}" = "owned" })

  scaling_config {
    min_size     = var.min_size
    max_size     = var.max_size
    desired_size = var.desired_size
  }
}
