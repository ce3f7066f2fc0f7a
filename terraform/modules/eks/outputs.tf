output "cluster_name" {
  description = "Name of the cluster: aws eks update-kubeconfig --name …"
  value       = aws_eks_cluster.this.name
}

output "cluster_endpoint" {
  description = "Address of the API server."
  value       = aws_eks_cluster.this.endpoint
}

output "cluster_certificate_authority" {
  description = "Certificate by which clients know the API server, in base64."
  value       = aws_eks_cluster.this.certificate_authority[0].data
}

output "oidc_provider_arn" {
  description = "ARN of the OIDC provider, for roles of service accounts that do not know pod identity."
  value       = aws_iam_openid_connect_provider.this.arn
}

output "node_role_arn" {
  description = "ARN of the nodes' role, for example for Karpenter's node classes."
  value       = aws_iam_role.nodes.arn
}

output "security_group_ids" {
  description = "Ids of the security groups: cluster and nodes; a database lets the latter in."
  value       = { for name, group in aws_security_group.this : name => group.id }
}

output "pod_role_arns" {
  description = "ARNs of the roles that pods have by pod identity, by name."
  value       = { for name, role in aws_iam_role.pod : name => role.arn }
}

output "kms_key_arns" {
  description = "ARNs of the keys: secrets and logs."
  value       = { for name, key in aws_kms_key.this : name => key.arn }
}
