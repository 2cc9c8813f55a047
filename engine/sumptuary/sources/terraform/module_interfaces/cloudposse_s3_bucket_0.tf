# cloudposse/s3-bucket/aws, versions 0.43 to 4.

variable "bucket_name" { default = null }

locals {
  own_attributes = []
  own_tags       = {}
}

resource "aws_s3_bucket" "default" {
  count = local.enabled ? 1 : 0

  bucket = var.bucket_name == null || var.bucket_name == "" ? local.id : var.bucket_name
  tags   = local.label
}
