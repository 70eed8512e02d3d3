terraform {
  # Provider mocks, which the tests of this module use, exist from 1.7 on.
  required_version = ">= 1.7"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
    starburst = {
      source = "presto-alluxio/starburst"
    }
  }
}
