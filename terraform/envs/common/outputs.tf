output "cluster_name" {
  description = "Name of the cluster: aws eks update-kubeconfig --name …"
  value       = module.eks.cluster_name
}

output "cluster_endpoint" {
  description = "Address of the API server."
  value       = module.eks.cluster_endpoint
}

output "vpc_id" {
  description = "Id of the VPC."
  value       = module.vpc.vpc_id
}

output "private_subnet_ids" {
  description = "Ids of the private subnets by zone."
  value       = module.vpc.private_subnet_ids
}

output "reserved_cidr_blocks" {
  description = "What is left of the VPC's range, for databases and caches."
  value       = module.vpc.reserved_cidr_blocks
}

output "node_security_group_id" {
  description = "Id of the nodes' security group, which a database lets in."
  value       = module.eks.security_group_ids["nodes"]
}

output "nat_public_ips" {
  description = "Public addresses by zone from which the cluster calls the internet."
  value       = module.vpc.nat_public_ips
}
