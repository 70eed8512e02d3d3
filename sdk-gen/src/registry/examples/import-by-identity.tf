import {
  to = starburst_presto_alluxio_cluster.analytics
  identity = {
    stack_id = "arn:aws:cloudformation:eu-central-1:123456789012:stack/analytics-dev/51af3dc0-da77-11e4-872e-1234567db123"
  }
}
