# One program, two environments: each has its variables in environments/, and its state in a workspace of that name.

terraform {
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

provider "aws" {
  region              = var.region
  allowed_account_ids = [var.account_id]

  default_tags {
    tags = local.tags
  }
}

# The same guards as for the other provider: the wrong account is refused before anything is called there.
provider "starburst" {
  region              = var.region
  allowed_account_ids = [var.account_id]
  default_tags        = local.tags
}

locals {
  tags = {
    team       = "analytics"
    managed-by = "terraform"
  }
}

module "analytics" {
  source = "../modules/analytics-cluster"

  name                  = "analytics-${var.environment}"
  environment           = var.environment
  vpc_tags              = { Name = "analytics-${var.environment}" }
  subnet_tags           = { Tier = "private" }
  security_group_tags   = { Role = "analytics" }
  worker_count          = var.worker_count
  worker_instance_type  = var.worker_instance_type
  coordinator_count     = var.coordinator_count
  external_access_cidrs = var.external_access_cidrs
  protect               = var.protect
}
