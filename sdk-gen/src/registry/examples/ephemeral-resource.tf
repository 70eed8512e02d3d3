# Needs a client that knows ephemeral resources: Terraform from 1.10, OpenTofu from 1.11.
ephemeral "starburst_superset_admin_password" "analytics" {
  secret_arn = starburst_presto_alluxio_cluster.analytics.superset_admin_password_secret_arn
}

# The password is in no plan and in no state.
resource "aws_ssm_parameter" "superset" {
  name             = "/analytics/superset/admin"
  type             = "SecureString"
  value_wo         = ephemeral.starburst_superset_admin_password.analytics.password
  value_wo_version = 1
}
