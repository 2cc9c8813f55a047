# terraform-google-modules/vm/google//modules/instance_template, versions 9 to 15.

variable "project_id" { default = null }
variable "region" { default = null }
variable "machine_type" { default = "n1-standard-1" }
variable "spot" { default = false }
variable "preemptible" { default = false }
variable "gpu" { default = null }
variable "labels" { default = {} }

resource "google_compute_instance_template" "tpl" {
  project           = var.project_id
  region            = var.region
  machine_type      = var.machine_type
  labels            = var.labels
  guest_accelerator = var.gpu == null ? [] : [var.gpu]

  scheduling {
    preemptible        = var.preemptible || var.spot
    provisioning_model = var.spot ? "SPOT" : null
    max_run_duration   = null
  }
}
