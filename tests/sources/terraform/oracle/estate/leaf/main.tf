variable "given" {
  type     = string
  nullable = false
  default  = "nothing"
}

resource "terraform_data" "leaf" {
  input = var.given
}

output "said" { value = upper(var.given) }
