# One cluster, described by the variables below. Change a value, run a plan, and read what it would do to the nodes.

terraform {
  required_version = ">= 1.0"

  required_providers {
    starburst = {
      source = "presto-alluxio/starburst"
    }
  }
}

# Region and credentials come from the environment, as for every client of AWS.
provider "starburst" {}

resource "starburst_presto_alluxio_cluster" "analytics" {
  network = {
    vpc_id             = var.vpc_id
    subnet_id          = var.subnet_id
    security_group_ids = var.security_group_ids
  }

  ec2 = {
    worker_count         = var.worker_count
    worker_instance_type = var.worker_instance_type
  }

  alluxio = {
    s3_root_mount = var.s3_root_mount
  }

  stack = {
    name = var.stack_name
    tags = { environment = "dev" }
  }
}
