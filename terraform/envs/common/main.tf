# The same in every environment, to which it is linked: what differs stands in its terraform.tfvars.
locals {
  name = "strata-${var.environment}"
  tags = {
    Project     = "strata"
    Environment = var.environment
    Owner       = var.owner
    ManagedBy   = "terraform"
  }
}

module "vpc" {
  source = "../../modules/vpc"

  name                    = local.name
  account_id              = var.account_id
  cidr                    = var.cidr
  neighbours              = var.neighbours
  availability_zones      = var.availability_zones
  nat_gateways            = var.nat_gateways
  flow_log_retention_days = var.log_retention_days
  deletion_protection     = var.deletion_protection
  tags                    = local.tags
}

module "eks" {
  source = "../../modules/eks"

  name                = local.name
  account_id          = var.account_id
  region              = var.region
  cluster_version     = var.cluster_version
  vpc_id              = module.vpc.vpc_id
  vpc_cidr            = var.cidr
  subnet_ids          = module.vpc.private_subnet_ids
  public_access_cidrs = var.public_access_cidrs
  log_retention_days  = var.log_retention_days
  access_entries      = var.access_entries
  nodes               = var.nodes
  deletion_protection = var.deletion_protection
  tags                = local.tags

  # Load balancers stand in the public subnets and send to node ports.
  node_ingress = {
    for zone, range in module.vpc.public_subnet_cidrs : "load_balancers_${zone}" => {
      from_port   = 30000
      to_port     = 32767
      cidr        = range
      description = "Load balancers in ${zone}"
    }
  }

  node_egress = {
    mysql = { port = 3306, cidr = var.data_stores.mysql, description = "Links and visits" }
    redis = { port = 6379, cidr = var.data_stores.redis, description = "Cache and counters" }
  }

  pod_identities = {
    external-secrets = {
      namespace       = "external-secrets"
      service_account = "external-secrets"
      policy          = data.aws_iam_policy_document.external_secrets.json
    }
  }
}

data "aws_partition" "current" {}

data "aws_iam_policy_document" "external_secrets" {
  statement {
    actions = ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"]
    # Secrets Manager puts a hyphen and six characters of its own behind the name.
    resources = ["arn:${data.aws_partition.current.partition}:secretsmanager:${var.region}:${var.account_id}:secret:strata/${var.environment}-??????"]
  }
}
