resource "starburst_presto_alluxio_cluster" "analytics" {
  network = {
    vpc_id             = "vpc-0123456789abcdef0"
    subnet_id          = "subnet-0123456789abcdef0"
    security_group_ids = ["sg-0123456789abcdef0"]
  }

  ec2 = {
    worker_count         = 3
    worker_instance_type = "r5.4xlarge"

    rolling_update = {
      max_batch_size = "10%"
      drain_timeout  = "30m"
    }
  }

  alluxio = {
    s3_root_mount = "s3://my-bucket/warehouse"
  }

  hive_metastore = {
    type = "glue"
  }

  stack = {
    name                   = "analytics-dev"
    tags                   = { environment = "dev" }
    termination_protection = true
  }

  timeouts = {
    create = "90m"
  }
}

output "coordinator_url" {
  value = starburst_presto_alluxio_cluster.analytics.coordinator_url
}
