# cloudposse/label/null, versions 0.22 to 0.25: it makes no resource, and all that it gives follows from its arguments.

locals {
  own_attributes = []
  own_tags       = local.unseen
}

output "enabled" { value = local.enabled }
output "id" { value = local.enabled ? local.id : "" }
output "id_full" { value = local.enabled ? local.id_full : "" }
output "namespace" { value = local.enabled ? local.parts.namespace : "" }
output "tenant" { value = local.enabled ? local.parts.tenant : "" }
output "environment" { value = local.enabled ? local.parts.environment : "" }
output "stage" { value = local.enabled ? local.parts.stage : "" }
output "name" { value = local.enabled ? local.parts.name : "" }
output "delimiter" { value = local.enabled ? local.delimiter : "" }
output "attributes" { value = local.enabled ? local.attributes : [] }
output "tags" { value = local.enabled ? local.label : {} }
output "label_order" { value = local.order }
output "tags_as_list_of_maps" {
  value = [for key, text in local.label : merge({ key = key, value = text }, try(var.context.additional_tag_map, {}), var.additional_tag_map)]
}
output "context" {
  value = merge(local.given, {
    enabled             = local.enabled
    delimiter           = local.given_delimiter
    attributes          = local.given_attributes
    tags                = local.given_tags
    additional_tag_map  = merge(try(var.context.additional_tag_map, {}), var.additional_tag_map)
    label_order         = local.given_order
    regex_replace_chars = local.given_unwanted
    id_length_limit     = local.given_limit
    label_key_case      = local.given_key_case
    label_value_case    = local.given_value_case
    labels_as_tags      = local.given_as_tags
  })
}
