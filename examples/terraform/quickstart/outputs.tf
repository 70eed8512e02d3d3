output "coordinator_url" {
  description = "Web interface, JDBC and REST of Presto."
  value       = starburst_presto_alluxio_cluster.analytics.coordinator_url
}

output "alluxio_ui_url" {
  description = "Web interface of Alluxio."
  value       = starburst_presto_alluxio_cluster.analytics.alluxio_ui_url
}

output "stack_name" {
  description = "Name of the CloudFormation stack."
  value       = starburst_presto_alluxio_cluster.analytics.stack_name
}

output "worker_group" {
  description = "Auto Scaling group of the workers."
  value       = starburst_presto_alluxio_cluster.analytics.worker_auto_scaling_group_name
}
