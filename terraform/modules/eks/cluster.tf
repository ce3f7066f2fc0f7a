data "aws_partition" "current" {}

locals {
  arn           = "arn:${data.aws_partition.current.partition}"
  log_group     = "/aws/eks/${var.name}/cluster" # EKS writes there and nowhere else
  log_group_arn = "${local.arn}:logs:${var.region}:${var.account_id}:log-group:${local.log_group}"
  cluster_arn   = "${local.arn}:eks:${var.region}:${var.account_id}:cluster/${var.name}"
}

resource "aws_eks_cluster" "this" {
  name     = var.name
  version  = var.cluster_version
  role_arn = aws_iam_role.cluster.arn

  # All of them: what was not logged cannot be asked afterwards.
  enabled_cluster_log_types = ["api", "audit", "authenticator", "controllerManager", "scheduler"]

  # The add-ons below are under this code's control; these would be nobody's.
  bootstrap_self_managed_addons = false

  vpc_config {
    subnet_ids              = values(var.subnet_ids)
    security_group_ids      = [aws_security_group.this["cluster"].id]
    endpoint_private_access = true
    endpoint_public_access  = length(var.public_access_cidrs) > 0
    public_access_cidrs     = length(var.public_access_cidrs) > 0 ? var.public_access_cidrs : null
  }

  access_config {
    # Not the aws-auth ConfigMap, which one wrong edit turns into a cluster that nobody can enter.
    authentication_mode = "API"
    # Whoever happens to run the first apply is no administrator for life.
    bootstrap_cluster_creator_admin_permissions = false
  }

  kubernetes_network_config {
    service_ipv4_cidr = var.service_cidr
  }

  encryption_config {
    resources = ["secrets"]

    provider {
      key_arn = aws_kms_key.this["secrets"].arn
    }
  }

  upgrade_policy {
    # A forgotten cluster is upgraded instead of costing six times as much.
    support_type = "STANDARD"
  }

  tags = merge(var.tags, { Name = var.name })

  # EKS makes the log group itself, without retention and encryption, if it comes first; and it needs its rights until it
  # is gone.
  depends_on = [aws_cloudwatch_log_group.cluster, aws_iam_role_policy_attachment.cluster]
}

resource "aws_cloudwatch_log_group" "cluster" {
  #checkov:skip=CKV_AWS_338:How long is the environment's decision, from a month on: staging is no evidence of anything
  name              = local.log_group
  retention_in_days = var.log_retention_days
  kms_key_id        = aws_kms_key.this["logs"].arn

  tags = merge(var.tags, { Name = local.log_group })
}

# prevent_destroy takes no variable, and the oldest provider allowed has no deletion protection for clusters: hence this
# stand-in, which an apply would have to destroy first. terraform/README.md says how it is taken away on purpose.
resource "terraform_data" "deletion_protection" {
  count = var.deletion_protection ? 1 : 0

  triggers_replace = [aws_eks_cluster.this.id]

  lifecycle {
    prevent_destroy = true
  }
}
