locals {
  keys = {
    secrets = { purpose = "Secrets in etcd of ${var.name}", policy = data.aws_iam_policy_document.secrets_key.json }
    logs    = { purpose = "Control-plane logs of ${var.name}", policy = data.aws_iam_policy_document.logs_key.json }
  }
}

resource "aws_kms_key" "this" {
  for_each = local.keys

  description         = each.value.purpose
  enable_key_rotation = true
  policy              = each.value.policy

  tags = merge(var.tags, { Name = "${var.name}-${each.key}" })
}

resource "aws_kms_alias" "this" {
  for_each = local.keys

  name          = "alias/${var.name}-${each.key}"
  target_key_id = aws_kms_key.this[each.key].key_id
}

# EKS uses the key through a grant that it makes in the name of whoever creates the cluster.
data "aws_iam_policy_document" "secrets_key" {
  #checkov:skip=CKV_AWS_109:The policy of a key: its resource * is this key, and without the account nobody could manage it
  #checkov:skip=CKV_AWS_111:As CKV_AWS_109
  #checkov:skip=CKV_AWS_356:As CKV_AWS_109
  statement {
    sid       = "Account"
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["${local.arn}:iam::${var.account_id}:root"]
    }
  }
}

data "aws_iam_policy_document" "logs_key" {
  #checkov:skip=CKV_AWS_109:The policy of a key: its resource * is this key
  #checkov:skip=CKV_AWS_111:As CKV_AWS_109
  #checkov:skip=CKV_AWS_356:As CKV_AWS_109
  source_policy_documents = [data.aws_iam_policy_document.secrets_key.json]

  statement {
    sid       = "Logs"
    actions   = ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["logs.${var.region}.amazonaws.com"]
    }

    # For this log group alone.
    condition {
      test     = "ArnEquals"
      variable = "kms:EncryptionContext:aws:logs:arn"
      values   = [local.log_group_arn]
    }
  }
}
