resource "terraform_data" "value" {
  input = <<-EOT
      one
        two ${1 + 1}
      %{for x in ["a", "b"]~}
      - ${x}
      %{endfor~}
    EOT
}
