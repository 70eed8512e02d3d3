# A stack that this program has managed as aws_cloudformation_stack becomes a cluster: nothing is destroyed, no node is
# touched. The old resource goes out of the program, this file comes in, in the same state.
#
# Needs Terraform 1.8 or OpenTofu. With an older client, or when the stack stands in another state, remove it there
# (terraform state rm) and import it as ../by-name does.

terraform {
  required_version = ">= 1.8"

  required_providers {
    # Kept until the state holds nothing of it any more.
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
    starburst = {
      source = "presto-alluxio/starburst"
    }
  }
}

provider "starburst" {}

moved {
  from = aws_cloudformation_stack.analytics
  to   = starburst_presto_alluxio_cluster.analytics
}

resource "starburst_presto_alluxio_cluster" "analytics" {
  network = {
    vpc_id             = var.vpc_id
    subnet_id          = var.subnet_id
    security_group_ids = var.security_group_ids
  }

  ec2 = {
    worker_count = var.worker_count
  }

  alluxio = {
    s3_root_mount = var.s3_root_mount
  }

  stack = {
    name = var.stack_name
  }

  lifecycle {
    # A value here that differs from the stack's must not cost the cluster.
    prevent_destroy = true
  }
}
