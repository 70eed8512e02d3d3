data "starburst_presto_alluxio_cluster" "analytics" {
  # Name or ARN of the stack.
  stack_name = "analytics-prod"
}

output "workers_in_service" {
  value = data.starburst_presto_alluxio_cluster.analytics.workers_in_service
}
