# What the module plans for the cluster. Both providers are mocked: nothing is called, nothing is charged.
# Run: terraform init && terraform test

mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }

  mock_data "aws_vpc" {
    defaults = { id = "vpc-0123456789abcdef0" }
  }

  mock_data "aws_subnet" {
    defaults = { id = "subnet-0123456789abcdef0" }
  }

  mock_data "aws_security_groups" {
    defaults = { ids = ["sg-0123456789abcdef0", "sg-0fedcba9876543210"] }
  }
}

mock_provider "starburst" {}

variables {
  name                = "analytics"
  environment         = "dev"
  worker_count        = 3
  vpc_tags            = { Name = "analytics" }
  subnet_tags         = { Tier = "private" }
  security_group_tags = { Role = "analytics" }
}

run "the_cluster_stands_in_the_network_that_the_tags_lead_to" {
  command = plan

  assert {
    condition     = starburst_presto_alluxio_cluster.this.network.vpc_id == "vpc-0123456789abcdef0"
    error_message = "The VPC is not the one that the tags lead to."
  }

  assert {
    condition     = length(starburst_presto_alluxio_cluster.this.network.security_group_ids) == 2
    error_message = "Not every security group that the tags lead to is used."
  }
}

run "the_buckets_are_named_after_the_cluster_and_the_account" {
  command = plan

  assert {
    condition     = aws_s3_bucket.this["data"].bucket == "analytics-data-123456789012"
    error_message = "The data bucket has another name."
  }

  assert {
    condition     = aws_s3_bucket.this["assets"].bucket == "analytics-assets-123456789012"
    error_message = "The asset bucket has another name."
  }
}

run "both_buckets_are_private" {
  command = plan

  assert {
    condition = alltrue([
      for block in values(aws_s3_bucket_public_access_block.this) :
      block.block_public_acls && block.block_public_policy && block.ignore_public_acls && block.restrict_public_buckets
    ])
    error_message = "A bucket can be made public."
  }

  assert {
    condition     = length(aws_s3_bucket_public_access_block.this) == 2
    error_message = "A bucket has no public access block."
  }
}

run "a_protected_cluster_is_neither_replaced_nor_deleted" {
  command = plan

  assert {
    condition = (
      starburst_presto_alluxio_cluster.this.stack.prevent_replacement
      && starburst_presto_alluxio_cluster.this.stack.termination_protection
      && !aws_s3_bucket.this["data"].force_destroy
    )
    error_message = "A cluster is protected unless the program says otherwise."
  }
}

run "without_networks_nobody_reaches_it_from_outside" {
  command = plan

  assert {
    condition = (
      !starburst_presto_alluxio_cluster.this.presto.allow_external_access_on_http
      && starburst_presto_alluxio_cluster.this.presto.external_access_cidrs == null
    )
    error_message = "The ports are open although no network was named."
  }
}

run "named_networks_reach_it" {
  command = plan

  variables {
    external_access_cidrs = ["10.0.0.0/16"]
  }

  assert {
    condition     = starburst_presto_alluxio_cluster.this.presto.allow_external_access_on_http
    error_message = "The ports are closed although a network was named."
  }
}

run "everyone_is_refused" {
  command = plan

  variables {
    external_access_cidrs = ["0.0.0.0/0"]
  }

  expect_failures = [var.external_access_cidrs]
}

run "an_even_number_of_coordinators_is_refused" {
  command = plan

  variables {
    coordinator_count = 2
  }

  expect_failures = [var.coordinator_count]
}

run "more_security_groups_than_nodes_can_have_are_refused" {
  command = plan

  override_data {
    target = data.aws_security_groups.this
    values = { ids = ["sg-1", "sg-2", "sg-3", "sg-4", "sg-5"] }
  }

  expect_failures = [data.aws_security_groups.this]
}
