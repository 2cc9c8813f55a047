# terraform-aws-modules/eks/aws//modules/eks-managed-node-group, version 21.

variable "create" { default = true }
variable "region" { default = null }
variable "tags" { default = {} }
variable "name" { default = "" }
variable "cluster_name" { default = null }
variable "min_size" { default = 1 }
variable "max_size" { default = 3 }
variable "desired_size" { default = 1 }
variable "ami_type" { default = "AL2023_x86_64_STANDARD" }
variable "capacity_type" { default = "ON_DEMAND" }
variable "instance_types" { default = null }
variable "create_launch_template" { default = true }
variable "labels" { default = null }

resource "aws_eks_node_group" "this" {
  count = var.create ? 1 : 0

  region = var.region
  cluster_name    = var.cluster_name
  node_group_name = var.name
  ami_type        = var.ami_type
  capacity_type   = var.capacity_type
  instance_types  = var.instance_types
  launch_template = var.create_launch_template ? null : [{}]
  disk_size       = null
  labels          = var.labels
  tags            = merge(var.tags, { Name = var.name })

  scaling_config {
    min_size     = var.min_size
    max_size     = var.max_size
    desired_size = var.desired_size
  }
}
