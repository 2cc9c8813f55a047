resource "terraform_data" "value" {
  input = yamldecode("a: yes")
}
