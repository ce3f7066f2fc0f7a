# Each way of using the modules that is worth a look, in one plan.
locals {
  zones = ["eu-central-1a", "eu-central-1b", "eu-central-1c", "eu-central-1d"]
  vpc = {
    name       = "scenario"
    account_id = "123456789012"
    cidr       = "10.0.0.0/16"
    tags       = { Owner = "tests" }
  }
  eks = {
    name            = "scenario"
    account_id      = "123456789012"
    region          = "eu-central-1"
    cluster_version = "1.35"
    vpc_id          = "vpc-0a"
    vpc_cidr        = "10.0.0.0/16"
    subnet_ids      = { eu-central-1a = "subnet-0a", eu-central-1b = "subnet-0b" }
    nodes           = { instance_types = ["m6i.large"], min_size = 1, max_size = 2, desired_size = 1 }
    tags            = { Owner = "tests" }
  }
}

module "two_zones" {
  source = "../../modules/vpc"

  name               = local.vpc.name
  account_id         = local.vpc.account_id
  cidr               = local.vpc.cidr
  tags               = local.vpc.tags
  availability_zones = ["eu-central-1a", "eu-central-1c"]
}

module "four_zones" {
  source = "../../modules/vpc"

  name               = local.vpc.name
  account_id         = local.vpc.account_id
  cidr               = local.vpc.cidr
  tags               = local.vpc.tags
  availability_zones = local.zones
}

module "single_nat" {
  source = "../../modules/vpc"

  name               = local.vpc.name
  account_id         = local.vpc.account_id
  cidr               = "10.0.0.0/20"
  tags               = local.vpc.tags
  availability_zones = ["eu-central-1b", "eu-central-1a"]
  nat_gateways       = "single"
}

module "no_nat" {
  source = "../../modules/vpc"

  name                = local.vpc.name
  account_id          = local.vpc.account_id
  cidr                = local.vpc.cidr
  tags                = local.vpc.tags
  availability_zones  = ["eu-central-1a", "eu-central-1b"]
  nat_gateways        = "none"
  deletion_protection = false
}

module "private_cluster" {
  source = "../../modules/eks"

  name            = local.eks.name
  account_id      = local.eks.account_id
  region          = local.eks.region
  cluster_version = local.eks.cluster_version
  vpc_id          = local.eks.vpc_id
  vpc_cidr        = local.eks.vpc_cidr
  subnet_ids      = local.eks.subnet_ids
  nodes           = local.eks.nodes
  tags            = local.eks.tags
}

module "public_cluster" {
  source = "../../modules/eks"

  name                = local.eks.name
  account_id          = local.eks.account_id
  region              = local.eks.region
  cluster_version     = local.eks.cluster_version
  vpc_id              = local.eks.vpc_id
  vpc_cidr            = local.eks.vpc_cidr
  subnet_ids          = local.eks.subnet_ids
  tags                = local.eks.tags
  public_access_cidrs = ["192.0.2.0/24", "198.51.100.7/32"]
  deletion_protection = false

  nodes = { instance_types = ["m7g.large", "m6g.large", "t4g.large"], capacity_type = "SPOT", min_size = 1, max_size = 2, desired_size = 1 }

  access_entries = {
    everywhere = { principal_arn = "arn:aws:iam::123456789012:role/ops", policy = "AmazonEKSClusterAdminPolicy" }
    somewhere  = { principal_arn = "arn:aws:iam::123456789012:role/dev", policy = "AmazonEKSEditPolicy", namespaces = ["strata"] }
  }
}
