# Who gets into the cluster: people and pipelines by access entries, pods into AWS by pod identity, and through the OIDC
# provider what does not know pod identity yet.

resource "aws_eks_access_entry" "this" {
  for_each = var.access_entries

  cluster_name  = aws_eks_cluster.this.name
  principal_arn = each.value.principal_arn

  tags = merge(var.tags, { Name = "${var.name}-${each.key}" })
}

resource "aws_eks_access_policy_association" "this" {
  for_each = var.access_entries

  cluster_name  = aws_eks_cluster.this.name
  principal_arn = aws_eks_access_entry.this[each.key].principal_arn
  policy_arn    = "${local.arn}:eks::aws:cluster-access-policy/${each.value.policy}"

  access_scope {
    type       = length(each.value.namespaces) > 0 ? "namespace" : "cluster"
    namespaces = length(each.value.namespaces) > 0 ? each.value.namespaces : null
  }
}

# Without a thumbprint: AWS knows the certificates of its own issuers.
resource "aws_iam_openid_connect_provider" "this" {
  url            = aws_eks_cluster.this.identity[0].oidc[0].issuer
  client_id_list = ["sts.amazonaws.com"]

  tags = merge(var.tags, { Name = var.name })
}

resource "aws_eks_pod_identity_association" "this" {
  for_each = var.pod_identities

  cluster_name    = aws_eks_cluster.this.name
  namespace       = each.value.namespace
  service_account = each.value.service_account
  role_arn        = aws_iam_role.pod[each.key].arn

  tags = merge(var.tags, { Name = "${var.name}-${each.key}" })
}

resource "aws_iam_role_policy" "pod" {
  for_each = var.pod_identities

  name   = "use"
  role   = aws_iam_role.pod[each.key].id
  policy = each.value.policy
}

resource "aws_iam_role_policy_attachment" "addon" {
  for_each = local.addons_with_role

  role       = aws_iam_role.pod[each.key].name
  policy_arn = "${local.arn}:iam::aws:policy/${each.value.managed_policy}"
}

# One role for each kind of pod: a break-in into one gets the rights of that one.
resource "aws_iam_role" "pod" {
  for_each = setunion(keys(var.pod_identities), keys(local.addons_with_role))

  name               = "${var.name}-${each.key}"
  description        = "Pods of ${each.key} in ${var.name}"
  assume_role_policy = data.aws_iam_policy_document.pod_trust.json

  tags = merge(var.tags, { Name = "${var.name}-${each.key}" })

  lifecycle {
    precondition {
      condition     = contains(keys(var.addons), "eks-pod-identity-agent")
      error_message = "${each.key} gets its rights by pod identity, which needs the add-on eks-pod-identity-agent: add it to addons."
    }
  }
}

data "aws_iam_policy_document" "pod_trust" {
  statement {
    actions = ["sts:AssumeRole", "sts:TagSession"]

    principals {
      type        = "Service"
      identifiers = ["pods.eks.amazonaws.com"]
    }

    # Pods of this cluster, and of no other in any account.
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [var.account_id]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [local.cluster_arn]
    }
  }
}

data "aws_iam_policy_document" "service_trust" {
  for_each = toset(["eks", "ec2"])

  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["${each.key}.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "cluster" {
  name               = "${var.name}-cluster"
  description        = "Control plane of ${var.name}"
  assume_role_policy = data.aws_iam_policy_document.service_trust["eks"].json

  tags = merge(var.tags, { Name = "${var.name}-cluster" })
}

resource "aws_iam_role_policy_attachment" "cluster" {
  role       = aws_iam_role.cluster.name
  policy_arn = "${local.arn}:iam::aws:policy/AmazonEKSClusterPolicy"
}

resource "aws_iam_role" "nodes" {
  name               = "${var.name}-nodes"
  description        = "Nodes of ${var.name}"
  assume_role_policy = data.aws_iam_policy_document.service_trust["ec2"].json

  tags = merge(var.tags, { Name = "${var.name}-nodes" })
}

# To join (the minimal policy of Auto Mode lacks what AL2023 asks EC2 for) and to pull images. What pods need is theirs, by
# pod identity.
resource "aws_iam_role_policy_attachment" "nodes" {
  for_each = toset(["AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly"])

  role       = aws_iam_role.nodes.name
  policy_arn = "${local.arn}:iam::aws:policy/${each.key}"
}
