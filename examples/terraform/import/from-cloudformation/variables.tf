# Write what the stack's parameters say; the plan shows what differs.

variable "stack_name" {
  type        = string
  description = "Name of the stack, as the old resource had it."
  default     = "joint-dev"
}

variable "vpc_id" {
  type        = string
  description = "Parameter VPC of the stack."
}

variable "subnet_id" {
  type        = string
  description = "Parameter Subnet of the stack."
}

variable "security_group_ids" {
  type        = set(string)
  description = "Parameter SecurityGroups of the stack."
}

variable "worker_count" {
  type        = number
  description = "Parameter WorkersCount of the stack."
}

variable "s3_root_mount" {
  type        = string
  description = "Parameter AlluxioS3RootMount of the stack."
}
