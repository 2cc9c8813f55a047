# terraform-aws-modules/alb/aws, versions 5 to 8.

variable "create_lb" { default = true }
variable "name" { default = null }
variable "internal" { default = false }
variable "load_balancer_type" { default = "application" }
variable "tags" { default = {} }
variable "lb_tags" { default = {} }

resource "aws_lb" "this" {
  count = var.create_lb ? 1 : 0

  name               = var.name
  internal           = var.internal
  load_balancer_type = var.load_balancer_type
  tags               = merge(var.tags, var.lb_tags, { Name = var.name })
}
