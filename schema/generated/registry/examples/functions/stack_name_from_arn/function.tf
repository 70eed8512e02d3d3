output "stack_name_from_arn" {
  value = provider::starburst::stack_name_from_arn(starburst_presto_alluxio_cluster.analytics.id)
}
