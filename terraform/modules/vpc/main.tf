data "aws_partition" "current" {}

locals {
  zones = toset(var.availability_zones)
  # Taken from the zones, because the data source for the region is spelled differently in each major of the provider.
  region = regex("^(.+)[a-z]$", var.availability_zones[0])[0]
  arn    = "arn:${data.aws_partition.current.partition}"
}

resource "aws_vpc" "this" {
  cidr_block = var.cidr
  # Private endpoints, EKS's among them, are found by name.
  enable_dns_hostnames = true
  enable_dns_support   = true

  tags = merge(var.tags, { Name = var.name })
}

# AWS puts whatever names no security group into this one, which lets its members talk to each other and to the world:
# without rules, forgetting a group cuts off instead of opening up.
resource "aws_default_security_group" "closed" {
  vpc_id = aws_vpc.this.id

  tags = merge(var.tags, { Name = "${var.name}-closed" })
}

resource "aws_internet_gateway" "this" {
  vpc_id = aws_vpc.this.id

  tags = merge(var.tags, { Name = var.name })
}

# prevent_destroy takes no variable, and AWS knows no deletion protection for networks: hence this stand-in, which an
# apply would have to destroy first. terraform/README.md says how it is taken away on purpose.
resource "terraform_data" "deletion_protection" {
  count = var.deletion_protection ? 1 : 0

  triggers_replace = [aws_vpc.this.id]

  lifecycle {
    prevent_destroy = true
  }
}
