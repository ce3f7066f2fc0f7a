# The cluster in a network without a way out, for the emulator.
variable "desired_size" {
  type    = number
  default = 2
}

locals {
  account_id = "123456789012" # moto's own
  zones      = ["eu-central-1a", "eu-central-1b"]
  tags       = { Owner = "tests" }
}

module "vpc" {
  source = "../../modules/vpc"

  name                = "emulated"
  account_id          = local.account_id
  cidr                = "10.10.0.0/16"
  availability_zones  = local.zones
  nat_gateways        = "none"
  deletion_protection = false
  tags                = local.tags
}

module "eks" {
  source = "../../modules/eks"

  name                = "emulated"
  account_id          = local.account_id
  region              = "eu-central-1"
  cluster_version     = "1.35"
  vpc_id              = module.vpc.vpc_id
  vpc_cidr            = module.vpc.vpc_cidr
  subnet_ids          = module.vpc.private_subnet_ids
  nodes               = { instance_types = ["m6i.large"], min_size = 1, max_size = 3, desired_size = var.desired_size }
  deletion_protection = false
  tags                = local.tags
}
