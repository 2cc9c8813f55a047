# terraform-aws-modules/vpc/aws, version 4: the NAT gateways and their addresses, which are all that is paid for.

variable "create_vpc" { default = true }
variable "intra_subnets" { default = [] }
variable "name" { default = "" }
variable "azs" { default = [] }
variable "tags" { default = {} }
variable "enable_nat_gateway" { default = false }
variable "single_nat_gateway" { default = false }
variable "one_nat_gateway_per_az" { default = false }
variable "reuse_nat_ips" { default = false }
variable "nat_gateway_tags" { default = {} }
variable "nat_eip_tags" { default = {} }
variable "private_subnets" { default = [] }
variable "public_subnets" { default = [] }
variable "database_subnets" { default = [] }
variable "elasticache_subnets" { default = [] }
variable "redshift_subnets" { default = [] }

resource "aws_nat_gateway" "this" {
  count = !var.create_vpc || !var.enable_nat_gateway ? 0 : var.single_nat_gateway ? 1 : var.one_nat_gateway_per_az ? length(var.azs) : max(length(var.private_subnets), length(var.public_subnets), length(var.intra_subnets), length(var.database_subnets), length(var.elasticache_subnets), length(var.redshift_subnets))

  availability_zone = null
  tags              = merge({ Name = "${var.name}-${try(element(var.azs, count.index), count.index)}" }, var.tags, var.nat_gateway_tags)
}

resource "aws_eip" "nat" {
  count = !var.create_vpc || !var.enable_nat_gateway || var.reuse_nat_ips ? 0 : var.single_nat_gateway ? 1 : var.one_nat_gateway_per_az ? length(var.azs) : max(length(var.private_subnets), length(var.public_subnets), length(var.intra_subnets), length(var.database_subnets), length(var.elasticache_subnets), length(var.redshift_subnets))

  availability_zone = null
  tags              = merge({ Name = "${var.name}-${try(element(var.azs, count.index), count.index)}" }, var.tags, var.nat_eip_tags)
}
