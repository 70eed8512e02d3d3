# Needs Terraform from 1.14: terraform query -generate-config-out=found.tf
list "starburst_presto_alluxio_cluster" "all" {
  provider = starburst

  config {
    region = "eu-central-1"
  }
}
