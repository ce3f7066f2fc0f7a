locals {
  # Amazon Linux 2 gets no updates any more.
  ami_type = can(regex("^[a-z]+[0-9]+g", var.nodes.instance_types[0])) ? "AL2023_ARM_64_STANDARD" : "AL2023_x86_64_STANDARD"
}

resource "aws_launch_template" "nodes" {
  name_prefix            = "${var.name}-nodes-"
  description            = "Nodes of ${var.name}"
  update_default_version = true
  vpc_security_group_ids = [aws_security_group.this["nodes"].id]

  metadata_options {
    http_endpoint = "enabled"
    # A session token, which a forged request cannot get; and an answer that does not live through the hop into a pod: no
    # pod becomes the node.
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  block_device_mappings {
    device_name = "/dev/xvda" # the root of AL2023

    ebs {
      volume_type           = "gp3"
      volume_size           = var.nodes.disk_gib
      encrypted             = true # with the account's key for EBS: a key of our own would need grants for autoscaling
      delete_on_termination = true
    }
  }

  # A node group's tags do not reach what it starts.
  dynamic "tag_specifications" {
    for_each = toset(["instance", "network-interface", "volume"])

    content {
      resource_type = tag_specifications.value
      tags          = merge(var.tags, { Name = "${var.name}-nodes" })
    }
  }

  tags = merge(var.tags, { Name = "${var.name}-nodes" })

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_eks_node_group" "this" {
  cluster_name = aws_eks_cluster.this.name
  # A prefix, so that a group which has to be replaced stands before the old one is drained.
  node_group_name_prefix = "${var.name}-"
  node_role_arn          = aws_iam_role.nodes.arn
  subnet_ids             = values(var.subnet_ids)
  version                = aws_eks_cluster.this.version
  ami_type               = local.ami_type
  capacity_type          = var.nodes.capacity_type
  instance_types         = var.nodes.instance_types
  labels                 = var.nodes.labels

  launch_template {
    id      = aws_launch_template.nodes.id
    version = aws_launch_template.nodes.latest_version
  }

  scaling_config {
    min_size     = var.nodes.min_size
    max_size     = var.nodes.max_size
    desired_size = var.nodes.desired_size
  }

  update_config {
    max_unavailable_percentage = var.nodes.max_unavailable_percentage
  }

  tags = merge(var.tags, { Name = "${var.name}-nodes" })

  lifecycle {
    create_before_destroy = true
    # The autoscaler's number; each apply would set it back.
    ignore_changes = [scaling_config[0].desired_size]
  }

  # Nodes that start without their rights or their network never join.
  depends_on = [aws_eks_addon.before_nodes, aws_iam_role_policy_attachment.nodes, aws_vpc_security_group_egress_rule.this, aws_vpc_security_group_ingress_rule.this]
}
