# terraform-aws-modules/lambda/aws, version 8.

variable "create" { default = true }
variable "create_function" { default = true }
variable "create_layer" { default = false }
variable "use_existing_cloudwatch_log_group" { default = false }
variable "region" { default = null }
variable "function_name" { default = "" }
variable "memory_size" { default = 128 }
variable "timeout" { default = 3 }
variable "architectures" { default = null }
variable "cloudwatch_logs_retention_in_days" { default = null }
variable "tags" { default = {} }
variable "function_tags" { default = {} }
variable "cloudwatch_logs_tags" { default = {} }

resource "aws_lambda_function" "this" {
  count = var.create && var.create_function && !var.create_layer ? 1 : 0

  region        = var.region
  function_name = var.function_name
  memory_size   = var.memory_size
  timeout       = var.timeout
  architectures = var.architectures
  tags          = merge(var.tags, var.function_tags)
}

resource "aws_cloudwatch_log_group" "lambda" {
  count = var.create && var.create_function && !var.create_layer && !var.use_existing_cloudwatch_log_group ? 1 : 0

  region            = var.region
  retention_in_days = var.cloudwatch_logs_retention_in_days
  tags              = merge(var.tags, var.cloudwatch_logs_tags)
}
