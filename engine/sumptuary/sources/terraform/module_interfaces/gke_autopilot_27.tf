# terraform-google-modules/kubernetes-engine/google, the autopilot modules, versions 27 to 44: pods are paid for, not nodes.

variable "project_id" { default = null }
variable "name" { default = null }
variable "regional" { default = true }
variable "region" { default = null }
variable "zones" { default = [] }
variable "cluster_resource_labels" { default = {} }

resource "google_container_cluster" "primary" {
  project          = var.project_id
  name             = var.name
  location         = var.regional ? var.region : var.zones[0]
  enable_autopilot = true
  resource_labels  = var.cluster_resource_labels
}
