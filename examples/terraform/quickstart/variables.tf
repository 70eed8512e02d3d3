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

variable "stack_name" {
  type        = string
  description = "Name of the CloudFormation stack of the cluster."
  default     = "joint-dev"
}

variable "worker_count" {
  type        = number
  description = "How many workers the cluster has, 1 to 1000."
  default     = 3
}

variable "worker_instance_type" {
  type        = string
  description = "The EC2 instance type of the workers."
  default     = "r4.4xlarge"
}
