"""Terraform's language: HCL read with its lines, and expressions evaluated with what is not known."""
