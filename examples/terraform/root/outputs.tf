output "coordinator_url" {
  description = "Web interface, JDBC and REST of Presto."
  value       = module.analytics.coordinator_url
}

output "dashboard_url" {
  description = "URL of the CloudWatch dashboard."
  value       = module.analytics.dashboard_url
}

output "stack_id" {
  description = "ARN of the CloudFormation stack."
  value       = module.analytics.id
}
