resource "terraform_data" "value" {
  input = tostring(1.50)
}
