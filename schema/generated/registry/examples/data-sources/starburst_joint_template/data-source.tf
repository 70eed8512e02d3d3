# Read without any call to AWS: for a review, or for a product of Service Catalog.
data "starburst_joint_template" "bundled" {}

output "what_it_can_create" {
  value = data.starburst_joint_template.bundled.resource_types
}
