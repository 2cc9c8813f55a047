# terraform-aws-modules/s3-bucket/aws, versions 2 and 3.

variable "create_bucket" { default = true }
variable "bucket" { default = null }
variable "tags" { default = {} }

resource "aws_s3_bucket" "this" {
  count = var.create_bucket ? 1 : 0

  bucket = var.bucket
  tags   = var.tags
}
