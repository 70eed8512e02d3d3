# What every cluster needs.

variable "name" {
  type        = string
  description = "Name of the cluster: of its CloudFormation stack, and the beginning of the names of its buckets."

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,31}$", var.name))
    error_message = "The name needs 2 to 32 characters: a lower-case letter, then lower-case letters, digits and hyphens."
  }
}

variable "environment" {
  type        = string
  description = "Which environment this is, such as dev or prod: a tag on everything, and who owns the stack."

  validation {
    condition     = length(var.environment) > 0 && length(var.environment) <= 64
    error_message = "The environment needs 1 to 64 characters."
  }
}

variable "worker_count" {
  type        = number
  description = "How many workers the cluster has, 1 to 1000. A change replaces no node; workers that leave are drained."

  validation {
    condition     = var.worker_count >= 1 && var.worker_count <= 1000 && floor(var.worker_count) == var.worker_count
    error_message = "The number of workers must be a whole number from 1 to 1000."
  }
}

# Where it stands. The tags must lead to exactly one VPC and, in it, one subnet.

variable "vpc_tags" {
  type        = map(string)
  description = "Tags of the VPC in which the cluster stands."

  validation {
    condition     = length(var.vpc_tags) > 0
    error_message = "Give at least one tag of the VPC, such as { Name = \"analytics\" }."
  }
}

variable "subnet_tags" {
  type        = map(string)
  description = "Tags of the one subnet of that VPC in which all nodes stand."

  validation {
    condition     = length(var.subnet_tags) > 0
    error_message = "Give at least one tag of the subnet, such as { Tier = \"private\" }."
  }
}

variable "security_group_tags" {
  type        = map(string)
  description = "Tags of the one to four security groups of that VPC that every node gets beside the cluster's own."

  validation {
    condition     = length(var.security_group_tags) > 0
    error_message = "Give at least one tag of the security groups, such as { Role = \"analytics\" }."
  }
}

# How it is equipped.

variable "worker_instance_type" {
  type        = string
  description = "EC2 instance type of the workers. A change replaces them in batches, each drained first."
  default     = "r4.4xlarge"
}

variable "coordinator_instance_type" {
  type        = string
  description = "EC2 instance type of the coordinators."
  default     = "r4.4xlarge"
}

variable "coordinator_count" {
  type        = number
  description = "Number of coordinators: 1, 3 or 5. With one, its replacement is an outage of one boot."
  default     = 1

  validation {
    condition     = contains([1, 3, 5], var.coordinator_count)
    error_message = "The number of coordinators must be 1, 3 or 5: an even number survives no more losses than one less."
  }
}

variable "max_batch_size" {
  type        = string
  description = "How many workers a roll replaces at once: a number such as \"2\", or a share such as \"10%\"."
  default     = "10%"

  validation {
    condition     = can(regex("^[1-9][0-9]*%?$", var.max_batch_size))
    error_message = "The batch must be a number such as \"2\" or a share such as \"10%\"."
  }
}

variable "drain_timeout" {
  type        = string
  description = "How long a leaving node may take to finish its queries, such as \"30m\" or \"2h\"; 1m to 48h."
  default     = "30m"

  validation {
    condition     = can(regex("^[1-9][0-9]*[smh]$", var.drain_timeout))
    error_message = "Write a length of time such as \"90s\", \"30m\" or \"2h\"."
  }
}

variable "external_access_cidrs" {
  type        = set(string)
  description = "Networks beside the subnet that reach Presto and the Alluxio web interfaces. Empty: none."
  default     = []

  validation {
    condition     = alltrue([for cidr in var.external_access_cidrs : can(cidrhost(cidr, 0))])
    error_message = "Each must be a network in CIDR notation, such as \"10.0.0.0/16\"."
  }

  validation {
    condition     = !contains(var.external_access_cidrs, "0.0.0.0/0")
    error_message = "Presto answers everyone who reaches it: name the networks of your users instead of 0.0.0.0/0."
  }
}

variable "alluxio_properties" {
  type        = map(string)
  description = "Site properties of Alluxio that win over what is preconfigured. No secrets."
  default     = {}
}

variable "hive_metastore_type" {
  type        = string
  description = "Metastore of the Hive catalog: none, standalone (a node with a database of its own) or glue."
  default     = "glue"

  validation {
    condition     = contains(["none", "standalone", "glue"], var.hive_metastore_type)
    error_message = "The metastore must be none, standalone or glue."
  }
}

variable "session_manager" {
  type        = bool
  description = "Whether Session Manager reaches the nodes, without keys and open ports."
  default     = true
}

variable "cloud_watch_metrics" {
  type        = bool
  description = "Whether every node publishes metrics and there is a dashboard; CloudWatch charges for both."
  default     = true
}

variable "alarm_topic_arn" {
  type        = string
  description = "ARN of the SNS topic that gets the alarms. Null: no alarm is sent."
  default     = null
}

variable "superset" {
  type        = bool
  description = "Whether there is a node with Apache Superset."
  default     = false
}

variable "configuration_folder" {
  type        = string
  description = "Local folder with etc/ at its top: more configuration for all nodes. Null: the preconfigured files alone."
  default     = null
}

# How it is kept.

variable "protect" {
  type        = bool
  description = "Whether a replacement and a deletion of the cluster are refused, and full buckets stay."
  default     = true
}

variable "tags" {
  type        = map(string)
  description = "More tags of everything that the module makes."
  default     = {}
}
