variable "number" { type = number }

variable "prefix" { type = string }

module "leaf" {
  source = "../leaf"
  given  = "${var.prefix}-${var.number}"
}

resource "terraform_data" "in_child" {
  count = var.number
  input = "${var.prefix}/${count.index}"
}

output "sum" { value = var.number + 10 }

output "deep" { value = module.leaf.said }
