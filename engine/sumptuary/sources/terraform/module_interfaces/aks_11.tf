# Azure/aks/azurerm, version 11.

variable "location" { default = null }
variable "cluster_name" { default = null }
variable "sku_tier" { default = "Free" }
variable "agents_pool_name" { default = "nodepool" }
variable "agents_size" { default = "Standard_D2s_v3" }
variable "agents_count" { default = 2 }
variable "agents_min_count" { default = null }
variable "agents_max_count" { default = null }
variable "auto_scaling_enabled" { default = false }
variable "tags" { default = {} }
variable "agents_tags" { default = {} }
variable "node_pools" { default = {} }

resource "azurerm_kubernetes_cluster" "main" {
  name     = var.cluster_name
  location = var.location
  sku_tier = var.sku_tier
  tags     = var.tags

  default_node_pool {
    name       = var.agents_pool_name
    vm_size    = var.agents_size
    node_count = var.auto_scaling_enabled == true ? null : var.agents_count
    min_count  = var.auto_scaling_enabled == true ? var.agents_min_count : null
    max_count  = var.auto_scaling_enabled == true ? var.agents_max_count : null
    tags       = merge(var.tags, var.agents_tags)
  }
}

resource "azurerm_kubernetes_cluster_node_pool" "node_pool" {
  stands_at = "azurerm_kubernetes_cluster_node_pool.node_pool_create_${try(coalesce(each.value.create_before_destroy, true), true) ? "before" : "after"}_destroy{}"
  for_each = var.node_pools

  name       = each.value.name
  location   = var.location
  vm_size    = each.value.vm_size
  priority   = try(each.value.priority, "Regular")
  node_count = try(each.value.node_count, null)
  min_count  = try(each.value.min_count, null)
  max_count  = try(each.value.max_count, null)
  tags       = try(each.value.tags, null)
}
