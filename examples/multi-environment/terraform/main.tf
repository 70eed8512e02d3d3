# Everything in which environments differ is a variable; everything they share is here.

terraform {
  required_version = ">= 1.0"

  required_providers {
    starburst = {
      source = "presto-alluxio/starburst"
    }
  }
}

provider "starburst" {
  region              = var.region
  allowed_account_ids = [var.account_id]
  default_tags        = { environment = var.environment, managed-by = "terraform" }
}

resource "starburst_presto_alluxio_cluster" "analytics" {
  network = {
    vpc_id             = var.vpc_id
    subnet_id          = var.subnet_id
    security_group_ids = var.security_group_ids
  }

  ec2 = {
    worker_count         = var.worker_count
    worker_instance_type = var.worker_instance_type
    ha_coordinator_count = var.coordinators
  }

  alluxio = {
    s3_root_mount = var.s3_root_mount
  }

  # Termination protection refuses a destroy in AWS itself; prevent_destroy takes no variable, so that it is no help here.
  stack = {
    name                   = "analytics-${var.environment}"
    owner                  = "analytics/${var.environment}"
    termination_protection = var.protected
    prevent_replacement    = var.protected
  }
}

output "coordinator_url" {
  description = "Web interface, JDBC and REST of Presto."
  value       = starburst_presto_alluxio_cluster.analytics.coordinator_url
}

output "stack_name" {
  description = "Name of the CloudFormation stack."
  value       = starburst_presto_alluxio_cluster.analytics.stack_name
}
