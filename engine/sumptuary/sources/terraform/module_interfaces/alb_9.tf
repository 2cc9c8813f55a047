# terraform-aws-modules/alb/aws, version 9.

variable "create" { default = true }
variable "name" { default = null }
variable "internal" { default = null }
variable "load_balancer_type" { default = "application" }
variable "tags" { default = {} }

resource "aws_lb" "this" {
  count = var.create ? 1 : 0

  name               = var.name
  internal           = var.internal
  load_balancer_type = var.load_balancer_type
  tags               = merge(var.tags, { terraform-aws-modules = "alb" })
}
