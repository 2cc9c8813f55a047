resource "terraform_data" "value" {
  input = 1e3
}
