output "parse_alluxio_properties" {
  value = provider::starburst::parse_alluxio_properties(file("alluxio-site.properties"))
}
