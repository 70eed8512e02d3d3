variable "vpc_id" {
  type        = string
  description = "The VPC of the cluster."
}

variable "subnet_id" {
  type        = string
  description = "The subnet of all nodes, with a way to the database."
}

variable "security_group_ids" {
  type        = set(string)
  description = "One to four security groups of that VPC, on every node; the database's group lets one of them in."
}

variable "s3_root_mount" {
  type        = string
  description = "What Alluxio caches, as s3://bucket/dir."
}

variable "stack_name" {
  type        = string
  description = "Name of the CloudFormation stack of the cluster."
  default     = "analytics-postgresql"
}

variable "worker_count" {
  type        = number
  description = "How many workers the cluster has, 1 to 1000."
  default     = 3
}

variable "database_host" {
  type        = string
  description = "Host of the database."
}

variable "database_password" {
  type        = string
  description = "Password of the user hive."
  sensitive   = true
  ephemeral   = true
}

variable "database_password_version" {
  type        = string
  description = "Any text; another one sends the password again and replaces the metastore's node."
  default     = "1"
}
