variable "environment" {
  type        = string
  description = "Which environment this is: dev or prod."

  validation {
    condition     = contains(["dev", "prod"], var.environment)
    error_message = "The environment must be dev or prod."
  }
}

variable "region" {
  type        = string
  description = "AWS region of the environment."
}

variable "account_id" {
  type        = string
  description = "The AWS account of the environment; any other is refused."

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "An account has 12 digits."
  }
}

variable "worker_count" {
  type        = number
  description = "How many workers the cluster has."
}

variable "worker_instance_type" {
  type        = string
  description = "EC2 instance type of the workers."
  default     = "r4.4xlarge"
}

variable "coordinator_count" {
  type        = number
  description = "Number of coordinators: 1, 3 or 5."
  default     = 1
}

variable "external_access_cidrs" {
  type        = set(string)
  description = "Networks beside the subnet that reach Presto."
  default     = []
}

variable "protect" {
  type        = bool
  description = "Whether a replacement and a deletion of the cluster are refused."
  default     = true
}
