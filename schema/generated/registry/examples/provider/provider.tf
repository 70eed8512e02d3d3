terraform {
  required_providers {
    starburst = {
      source = "presto-alluxio/starburst"
    }
  }
}

# Credentials come from where every client of AWS looks for them.
provider "starburst" {
  region              = "eu-central-1"
  allowed_account_ids = ["123456789012"]

  default_tags = {
    team = "analytics"
  }
}
