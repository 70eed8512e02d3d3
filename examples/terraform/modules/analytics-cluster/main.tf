locals {
  tags = merge(var.tags, { environment = var.environment })
}

resource "starburst_presto_alluxio_cluster" "this" {
  network = {
    vpc_id             = data.aws_vpc.this.id
    subnet_id          = data.aws_subnet.this.id
    security_group_ids = data.aws_security_groups.this.ids
  }

  ec2 = {
    worker_count              = var.worker_count
    worker_instance_type      = var.worker_instance_type
    coordinator_instance_type = var.coordinator_instance_type
    ha_coordinator_count      = var.coordinator_count
    session_manager           = var.session_manager

    rolling_update = {
      max_batch_size = var.max_batch_size
      drain_timeout  = var.drain_timeout
    }
  }

  presto = {
    allow_external_access_on_http = length(var.external_access_cidrs) > 0
    external_access_cidrs         = length(var.external_access_cidrs) > 0 ? var.external_access_cidrs : null
    coordinator_configuration     = var.configuration_folder
    worker_configuration          = var.configuration_folder
  }

  alluxio = {
    # The id, unlike the name, is unknown until the bucket exists: the plan of a new cluster does not look for it.
    s3_root_mount = "s3://${aws_s3_bucket.this["data"].id}/alluxio"
    properties    = var.alluxio_properties
  }

  hive_metastore = {
    type = var.hive_metastore_type
  }

  monitoring = {
    cloud_watch_metrics = var.cloud_watch_metrics
    alarm_topic_arn     = var.alarm_topic_arn
  }

  superset = {
    enabled = var.superset
  }

  stack = {
    name                   = var.name
    owner                  = "${var.environment}/${var.name}"
    tags                   = local.tags
    asset_bucket           = aws_s3_bucket.this["assets"].id
    prevent_replacement    = var.protect
    termination_protection = var.protect
  }

  # Nodes read and write the bucket from their first minute on: it is private and encrypted before they come, and stays
  # until they are gone.
  depends_on = [
    aws_s3_bucket_public_access_block.this,
    aws_s3_bucket_server_side_encryption_configuration.this,
    aws_s3_bucket_versioning.this,
  ]
}
