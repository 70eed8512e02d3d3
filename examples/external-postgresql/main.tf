# Tables are kept in a PostgreSQL database that exists, such as one of RDS.

terraform {
  required_version = ">= 1.11"

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

  ec2     = { worker_count = var.worker_count }
  alluxio = { s3_root_mount = var.s3_root_mount }

  hive_metastore = {
    type          = "postgresql"
    host          = var.database_host
    user_name     = "hive"
    database_name = "metastore"

    # Written to the stack and to no state. A new password is sent when the version changes.
    password_wo         = var.database_password
    password_wo_version = var.database_password_version
  }

  stack = { name = var.stack_name }
}

output "coordinator_url" {
  description = "Web interface, JDBC and REST of Presto."
  value       = starburst_presto_alluxio_cluster.analytics.coordinator_url
}

output "hive_metastore_uri" {
  description = "Address of the Hive metastore."
  value       = starburst_presto_alluxio_cluster.analytics.hive_metastore_uri
}
