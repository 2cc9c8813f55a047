# terraform-aws-modules/s3-bucket/aws, version 5.

variable "create_bucket" { default = true }
variable "is_directory_bucket" { default = false }
variable "region" { default = null }
variable "bucket" { default = null }
variable "tags" { default = {} }

resource "aws_s3_bucket" "this" {
  count = var.create_bucket && !var.is_directory_bucket ? 1 : 0

  region = var.region
  bucket = var.bucket
  tags   = var.tags
}
