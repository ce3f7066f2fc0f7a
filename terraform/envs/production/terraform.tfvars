# A zone may be lost, a shop may not. Line by line the same as staging's: a diff shows what differs.
environment = "production"
account_id  = "222222222222"
owner       = "platform"

region             = "eu-central-1"
availability_zones = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
cidr               = "10.10.0.0/16"
neighbours         = { staging = "10.20.0.0/16" }
nat_gateways       = "per_zone" # each zone goes on alone
log_retention_days = 365

cluster_version     = "1.35"
public_access_cidrs = []
access_entries = {
  deployer = { principal_arn = "arn:aws:iam::222222222222:role/strata-deployer", policy = "AmazonEKSAdminPolicy", namespaces = ["strata-production"] }
  platform = { principal_arn = "arn:aws:iam::222222222222:role/platform", policy = "AmazonEKSClusterAdminPolicy" }
}

nodes = {
  instance_types = ["m6i.large"]
  capacity_type  = "ON_DEMAND"
  min_size       = 3
  max_size       = 12
  desired_size   = 3
  disk_gib       = 50
}

data_stores = {
  mysql = "10.10.64.0/20"
  redis = "10.10.80.0/20"
}

deletion_protection = true
