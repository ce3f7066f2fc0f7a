# Cheap, and gone in ten minutes when it is not needed. Line by line the same as production's: a diff shows what differs.
environment = "staging"
account_id  = "111111111111"
owner       = "platform"

region             = "eu-central-1"
availability_zones = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
cidr               = "10.20.0.0/16"
neighbours         = { production = "10.10.0.0/16" }
nat_gateways       = "single" # a lost zone may cost staging an afternoon
log_retention_days = 30

cluster_version     = "1.35"
public_access_cidrs = []
access_entries = {
  deployer = { principal_arn = "arn:aws:iam::111111111111:role/strata-deployer", policy = "AmazonEKSAdminPolicy", namespaces = ["strata-staging"] }
  platform = { principal_arn = "arn:aws:iam::111111111111:role/platform", policy = "AmazonEKSClusterAdminPolicy" }
}

nodes = {
  instance_types = ["t3.medium", "t3a.medium", "m6i.large"]
  capacity_type  = "SPOT"
  min_size       = 1
  max_size       = 4
  desired_size   = 2
  disk_gib       = 30
}

data_stores = {
  mysql = "10.20.64.0/20"
  redis = "10.20.80.0/20"
}

deletion_protection = false
