# terraform-aws-modules/s3-bucket/aws, version 4.

variable "create_bucket" { default = true }
variable "is_directory_bucket" { default = false }
variable "bucket" { default = null }
variable "tags" { default = {} }

resource "aws_s3_bucket" "this" {
  count = var.create_bucket && !var.is_directory_bucket ? 1 : 0

  bucket = var.bucket
  tags   = var.tags
}
