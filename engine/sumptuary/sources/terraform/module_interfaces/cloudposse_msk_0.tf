# cloudposse/msk-apache-kafka-cluster/aws, versions 0.7 to 2.

variable "broker_instance_type" { default = null }
variable "broker_per_zone" { default = 1 }
variable "broker_volume_size" { default = 1000 }
variable "subnet_ids" { default = [] }

locals {
  own_attributes = []
  own_tags       = {}
}

resource "aws_msk_cluster" "default" {
  count = local.enabled ? 1 : 0

  cluster_name           = local.id
  number_of_broker_nodes = var.broker_per_zone * length(var.subnet_ids)
  tags                   = local.label

  broker_node_group_info {
    instance_type = var.broker_instance_type

    storage_info {
      ebs_storage_info {
        volume_size = var.broker_volume_size
      }
    }
  }
}
