output "id" {
  description = "ARN of the CloudFormation stack."
  value       = starburst_presto_alluxio_cluster.this.id
}

output "coordinator_url" {
  description = "Web interface, JDBC and REST of Presto."
  value       = starburst_presto_alluxio_cluster.this.coordinator_url
}

output "alluxio_ui_url" {
  description = "Web interface of the leading Alluxio master."
  value       = starburst_presto_alluxio_cluster.this.alluxio_ui_url
}

output "hive_metastore_uri" {
  description = "Thrift URI of the Hive metastore; null without a node for one."
  value       = starburst_presto_alluxio_cluster.this.hive_metastore_uri
}

output "superset_url" {
  description = "URL of Superset; null without it."
  value       = starburst_presto_alluxio_cluster.this.superset_url
}

output "superset_admin_password_secret_arn" {
  description = "ARN of the secret with the password of Superset's user admin; null without Superset."
  value       = starburst_presto_alluxio_cluster.this.superset_admin_password_secret_arn
}

output "dashboard_url" {
  description = "URL of the CloudWatch dashboard; null without metrics."
  value       = starburst_presto_alluxio_cluster.this.dashboard_url
}

output "log_group_name" {
  description = "Log group of the nodes."
  value       = starburst_presto_alluxio_cluster.this.log_group_name
}

output "security_group_id" {
  description = "Security group of the cluster: allow it in the security groups of your databases."
  value       = starburst_presto_alluxio_cluster.this.security_group_id
}

output "worker_group" {
  description = "Auto Scaling group of the workers."
  value       = starburst_presto_alluxio_cluster.this.worker_auto_scaling_group_name
}

output "data_bucket" {
  description = "Bucket behind the root of Alluxio."
  value       = aws_s3_bucket.this["data"].bucket
}

output "asset_bucket" {
  description = "Bucket of what the plugin uploads for the nodes."
  value       = aws_s3_bucket.this["assets"].bucket
}
