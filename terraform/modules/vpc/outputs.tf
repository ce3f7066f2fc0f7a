output "vpc_id" {
  description = "Id of the VPC."
  value       = aws_vpc.this.id
}

output "vpc_cidr" {
  description = "IPv4 range of the VPC."
  value       = aws_vpc.this.cidr_block
}

output "public_subnet_ids" {
  description = "Ids of the public subnets by zone: for load balancers alone."
  value       = { for zone, subnet in aws_subnet.public : zone => subnet.id }
}

output "private_subnet_ids" {
  description = "Ids of the private subnets by zone."
  value       = { for zone, subnet in aws_subnet.private : zone => subnet.id }

  # An id alone would let a node start before it can reach anything.
  depends_on = [aws_route.private_to_nat, aws_route_table_association.private]
}

output "public_subnet_cidrs" {
  description = "IPv4 ranges of the public subnets by zone."
  value       = local.public_cidrs
}

output "private_subnet_cidrs" {
  description = "IPv4 ranges of the private subnets by zone."
  value       = local.private_cidrs
}

output "private_route_table_ids" {
  description = "Ids of the private subnets' route tables by zone, for peerings and further gateway endpoints."
  value       = { for zone, table in aws_route_table.private : zone => table.id }
}

output "nat_public_ips" {
  description = "Public addresses by zone from which private subnets call the internet, for other people's allow-lists."
  value       = { for zone, address in aws_eip.nat : zone => address.public_ip }
}

output "reserved_cidr_blocks" {
  description = "IPv4 ranges of the VPC, each an eighth, that no subnet in here will ever take."
  value       = [for eighth in [1, 2, 3] : cidrsubnet(var.cidr, 3, eighth)]
}
