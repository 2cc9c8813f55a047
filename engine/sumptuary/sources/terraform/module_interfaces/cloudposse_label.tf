# cloudposse/label/null, versions 0.22 to 0.25: what every module of cloudposse makes of its context, and calls "this".
# What is given beats what the context holds; tags and attributes are added to those of the context.

variable "context" { default = {} }
variable "enabled" { default = null }
variable "namespace" { default = null }
variable "tenant" { default = null }
variable "environment" { default = null }
variable "stage" { default = null }
variable "name" { default = null }
variable "delimiter" { default = null }
variable "attributes" { default = [] }
variable "tags" { default = {} }
variable "additional_tag_map" { default = {} }
variable "label_order" { default = null }
variable "regex_replace_chars" { default = null }
variable "id_length_limit" { default = null }
variable "label_key_case" { default = null }
variable "label_value_case" { default = null }
variable "labels_as_tags" { default = ["default"] }

locals {
  enabled = var.enabled != null ? var.enabled : try(var.context.enabled, null) != null ? var.context.enabled : true
  given = {
    namespace   = var.namespace != null ? var.namespace : try(var.context.namespace, null)
    tenant      = var.tenant != null ? var.tenant : try(var.context.tenant, null)
    environment = var.environment != null ? var.environment : try(var.context.environment, null)
    stage       = var.stage != null ? var.stage : try(var.context.stage, null)
    name        = var.name != null ? var.name : try(var.context.name, null)
  }
  given_delimiter  = var.delimiter != null ? var.delimiter : try(var.context.delimiter, null)
  given_order      = var.label_order != null ? var.label_order : try(var.context.label_order, null)
  given_unwanted   = var.regex_replace_chars != null ? var.regex_replace_chars : try(var.context.regex_replace_chars, null)
  given_limit      = var.id_length_limit != null ? var.id_length_limit : try(var.context.id_length_limit, null)
  given_key_case   = var.label_key_case != null ? var.label_key_case : try(var.context.label_key_case, null)
  given_value_case = var.label_value_case != null ? var.label_value_case : try(var.context.label_value_case, null)
  given_as_tags    = contains(try(coalesce(var.context.labels_as_tags, ["unset"]), ["unset"]), "unset") ? var.labels_as_tags : var.context.labels_as_tags
  given_tags       = merge(local.own_tags, try(var.context.tags, {}), var.tags)
  given_attributes = compact(distinct(concat(try(coalesce(var.context.attributes, []), []), coalesce(var.attributes, []), local.own_attributes)))

  delimiter  = local.given_delimiter == null ? "-" : local.given_delimiter
  unwanted   = local.given_unwanted == null || local.given_unwanted == "" ? "/[^-a-zA-Z0-9]/" : local.given_unwanted
  value_case = local.given_value_case == null ? "lower" : local.given_value_case
  key_case   = local.given_key_case == null ? "title" : local.given_key_case
  order      = try(length(local.given_order), 0) == 0 ? ["namespace", "environment", "stage", "name", "attributes"] : local.given_order
  limit      = local.given_limit == null ? 0 : local.given_limit

  bare = { for part, text in local.given : part => text == null ? "" : replace(text, local.unwanted, "") }
  parts = { for part, text in local.bare : part =>
    local.value_case == "none" ? text : local.value_case == "upper" ? upper(text) : local.value_case == "title" ? title(lower(text)) : lower(text)
  }
  attributes = compact(distinct([for each in local.given_attributes :
    local.value_case == "none" ? replace(each, local.unwanted, "") : local.value_case == "upper" ? upper(replace(each, local.unwanted, "")) : local.value_case == "title" ? title(lower(replace(each, local.unwanted, ""))) : lower(replace(each, local.unwanted, ""))
  ]))
  words   = merge(local.parts, { attributes = join(local.delimiter, local.attributes) })
  id_full = join(local.delimiter, [for part in local.order : local.words[part] if local.words[part] != ""])
  id      = local.limit != 0 && length(local.id_full) > local.limit ? local.id_short : local.id_full

  digest   = "${md5(local.id_full)}qrstuvwxyz"
  digested = local.value_case == "upper" ? upper(local.digest) : local.value_case == "title" ? title(local.digest) : local.value_case == "lower" ? lower(local.digest) : local.digest
  room     = local.limit - 5 - length(local.delimiter)
  start    = local.room <= 0 ? "" : "${trimsuffix(substr(local.id_full, 0, local.room), local.delimiter)}${local.delimiter}"
  id_short = substr("${local.start}${replace(local.digested, local.unwanted, "")}", 0, local.limit)

  told = merge(local.words, { name = local.id })
  made = { for part, text in local.told :
    (local.key_case == "upper" ? upper(part) : local.key_case == "lower" ? part : title(part)) => text
    if text != "" && (local.given_as_tags == null || contains(coalesce(local.given_as_tags, ["default"]), "default") || contains(coalesce(local.given_as_tags, []), part))
  }
  label = merge(local.made, local.given_tags)
}
