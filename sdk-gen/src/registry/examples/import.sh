# The id is the name or the ARN of the stack.
terraform import starburst_presto_alluxio_cluster.analytics analytics-dev
