variable "size" {
  type    = number
  default = "3"
}

variable "tags" {
  type    = map(string)
  default = { count = 2, on = true }
}

variable "pool" {
  type = object({ name = string, nodes = optional(number, 4), spot = optional(bool) })
}

variable "chosen" { type = list(string) }

locals {
  names   = toset(["b", "a", "b"])
  derived = { for name in local.names : upper(name) => "${name}-${var.size}" }
}

resource "terraform_data" "plain" {
  input = { size = var.size, tags = merge(var.tags, { own = "x" }), pool = var.pool, chosen = var.chosen }
}

resource "terraform_data" "counted" {
  count = var.size
  input = "n${count.index}"
}

resource "terraform_data" "none" {
  count = var.size > 5 ? 1 : 0
  input = "never"
}

resource "terraform_data" "each" {
  for_each = local.derived
  input    = { key = each.key, value = each.value }
}

resource "terraform_data" "odd_keys" {
  for_each = { "a \"b\" $${c}" = 1, "é" = 2, "x/y.z" = 3 }
  input    = each.value
}

resource "terraform_data" "refers" {
  input = [for r in terraform_data.counted : r.input]
}

resource "terraform_data" "places" {
  input = { module = path.module, workspace = terraform.workspace, file = file("${path.module}/words.txt") }
}

resource "terraform_data" "after_apply" {
  input = terraform_data.plain.id
}

module "child" {
  source   = "./child"
  for_each = { x = 1, y = 2 }
  number   = each.value
  prefix   = terraform_data.plain.input.size
}

module "twice" {
  source = "./leaf"
  count  = 2
  given  = "t${count.index}"
}

resource "terraform_data" "outputs" {
  input = { sums = { for k, m in module.child : k => m.sum }, all = module.twice[*].said, deep = module.child["y"].deep }
}
