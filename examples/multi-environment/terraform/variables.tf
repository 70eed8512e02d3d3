variable "environment" {
  type        = string
  description = "dev, staging or prod: part of every name."
}

variable "account_id" {
  type        = string
  description = "The only account that this environment may be made in."
}

variable "region" {
  type        = string
  description = "Its region."
}

variable "vpc_id" {
  type        = string
  description = "The VPC of the cluster."
}

variable "subnet_id" {
  type        = string
  description = "The subnet of all nodes, in that VPC."
}

variable "security_group_ids" {
  type        = set(string)
  description = "One to four security groups of that VPC, on every node."
}

variable "s3_root_mount" {
  type        = string
  description = "What Alluxio caches, as s3://bucket/dir."
}

variable "worker_count" {
  type        = number
  description = "How many workers the cluster has, 1 to 1000."
}

variable "worker_instance_type" {
  type        = string
  description = "The EC2 instance type of the workers."
  default     = "r4.4xlarge"
}

variable "coordinators" {
  type        = number
  description = "How many coordinators there are; one of them answers."
  default     = 1
}

variable "protected" {
  type        = bool
  description = "Whether the cluster must neither be replaced nor destroyed."
  default     = false
}
