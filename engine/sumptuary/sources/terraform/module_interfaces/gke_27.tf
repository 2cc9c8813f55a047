# terraform-google-modules/kubernetes-engine/google, versions 27 to 44, and its clusters of the same making.

variable "project_id" { default = null }
variable "name" { default = null }
variable "regional" { default = true }
variable "region" { default = null }
variable "zones" { default = [] }
variable "cluster_resource_labels" { default = {} }
variable "node_pools" { default = [{ name = "default-node-pool" }] }
variable "node_pools_resource_labels" { default = { all = {}, default-node-pool = {} } }

resource "google_container_cluster" "primary" {
  project         = var.project_id
  name            = var.name
  location        = var.regional ? var.region : var.zones[0]
  resource_labels = var.cluster_resource_labels
}

resource "google_container_node_pool" "pools" {
  for_each = { for pool in var.node_pools : pool.name => pool }

  cluster            = google_container_cluster.primary.name
  project            = var.project_id
  name               = each.key
  location           = var.regional ? var.region : var.zones[0]
  node_locations     = try(each.value.node_locations, "") != "" ? split(",", each.value.node_locations) : try(length(var.zones), 0) > 0 ? var.zones : null
  node_count         = try(each.value.autoscaling, true) ? null : try(each.value.node_count, 1)
  initial_node_count = try(each.value.autoscaling, true) ? try(each.value.initial_node_count, each.value.min_count, 1) : null

  dynamic "autoscaling" {
    for_each = try(each.value.autoscaling, true) ? [1] : []

    content {
      min_node_count       = try(each.value.total_min_count, null) != null ? null : try(each.value.min_count, 1)
      max_node_count       = try(each.value.total_max_count, null) != null ? null : try(each.value.max_count, 100)
      total_min_node_count = try(each.value.total_min_count, null)
      total_max_node_count = try(each.value.total_max_count, null)
    }
  }

  node_config {
    machine_type      = try(each.value.machine_type, "e2-medium")
    disk_size_gb      = try(each.value.disk_size_gb, 100)
    disk_type         = try(each.value.disk_type, "pd-standard")
    local_ssd_count   = try(each.value.local_ssd_count, 0)
    preemptible       = try(each.value.preemptible, false)
    spot              = try(each.value.spot, false)
    resource_labels   = merge(try(var.node_pools_resource_labels.all, {}), try(var.node_pools_resource_labels[each.key], {}))
    guest_accelerator = try(each.value.accelerator_count, 0) == 0 ? [] : [{ type = try(each.value.accelerator_type, ""), count = each.value.accelerator_count }]
  }
}
