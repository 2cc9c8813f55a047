# terraform-aws-modules/eks/aws//modules/fargate-profile, versions 18 to 21.

variable "create" { default = true }
variable "tags" { default = {} }
variable "name" { default = "" }
variable "cluster_name" { default = null }

resource "aws_eks_fargate_profile" "this" {
  count = var.create ? 1 : 0

  cluster_name         = var.cluster_name
  fargate_profile_name = var.name
  tags                 = var.tags
}
