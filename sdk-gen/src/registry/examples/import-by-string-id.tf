import {
  to = starburst_presto_alluxio_cluster.analytics
  # Name or ARN of the stack.
  id = "analytics-dev"
}
