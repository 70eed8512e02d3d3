# Takes over a cluster whose stack exists: no node is touched.
#
#   terraform plan -generate-config-out=generated.tf
#
# writes the resource as the stack is. Read it, take out what you do not want to manage, then plan again without the
# option (the plan says "1 to import, 0 to add, 0 to change") and apply.

terraform {
  required_version = ">= 1.5"

  required_providers {
    starburst = {
      source = "presto-alluxio/starburst"
    }
  }
}

provider "starburst" {}

import {
  to = starburst_presto_alluxio_cluster.analytics
  # Name or ARN of the stack.
  id = "joint-dev"
}
