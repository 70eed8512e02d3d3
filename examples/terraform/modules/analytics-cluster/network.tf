# The network belongs to somebody else: it is looked up, never changed.

data "aws_vpc" "this" {
  tags = var.vpc_tags
}

data "aws_subnet" "this" {
  vpc_id = data.aws_vpc.this.id
  tags   = var.subnet_tags
}

data "aws_security_groups" "this" {
  tags = var.security_group_tags

  filter {
    name   = "vpc-id"
    values = [data.aws_vpc.this.id]
  }

  lifecycle {
    postcondition {
      condition     = length(self.ids) >= 1 && length(self.ids) <= 4
      error_message = "The tags in security_group_tags must lead to one to four security groups of the VPC."
    }
  }
}
