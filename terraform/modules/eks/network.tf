# Who may open a connection to whom. Each line becomes a rule out of one group and a rule into the other; what is not here
# is refused. (Names are asked of the VPC's resolver, which security groups do not filter.)
locals {
  conversations = {
    api      = { from = "nodes", to = "cluster", protocol = "tcp", ports = [443, 443], why = "Nodes and pods call the API server" }
    kubelet  = { from = "cluster", to = "nodes", protocol = "tcp", ports = [10250, 10250], why = "Logs, exec and probes; webhooks of External Secrets and cert-manager" }
    metrics  = { from = "cluster", to = "nodes", protocol = "tcp", ports = [10251, 10251], why = "The API server asks metrics-server" }
    webhooks = { from = "cluster", to = "nodes", protocol = "tcp", ports = [9443, 9443], why = "The API server calls webhooks of controllers" }
    pods     = { from = "nodes", to = "nodes", protocol = "tcp", ports = [1025, 65535], why = "Pods call pods; privileged ports stay closed" }
    dns      = { from = "nodes", to = "nodes", protocol = "udp", ports = [53, 53], why = "Pods ask CoreDNS" }
    dns_long = { from = "nodes", to = "nodes", protocol = "tcp", ports = [53, 53], why = "Pods ask CoreDNS what does not fit into a datagram" }
  }

  groups = {
    cluster = "Control plane of ${var.name}"
    nodes   = "Nodes and pods of ${var.name}"
  }

  ingress = merge(
    { for name, talk in local.conversations : name => merge(talk, { group = talk.to, peer = talk.from, cidr = null }) },
    { for name, rule in var.node_ingress : "from_${name}" => { group = "nodes", peer = null, cidr = rule.cidr, protocol = "tcp", ports = [rule.from_port, rule.to_port], why = rule.description } },
  )
  egress = merge(
    { for name, talk in local.conversations : name => merge(talk, { group = talk.from, peer = talk.to, cidr = null }) },
    { for name, rule in var.node_egress : "to_${name}" => { group = "nodes", peer = null, cidr = rule.cidr, protocol = "tcp", ports = [rule.port, rule.port], why = rule.description } },
    { https = { group = "nodes", peer = null, cidr = "0.0.0.0/0", protocol = "tcp", ports = [443, 443], why = "Registries and the APIs of AWS" } },
  )
}

resource "aws_security_group" "this" {
  #checkov:skip=CKV2_AWS_5:Attached to the control plane and to the launch template, by keys that checkov does not follow
  for_each = local.groups

  name_prefix = "${var.name}-${each.key}-"
  description = each.value
  vpc_id      = var.vpc_id

  tags = merge(var.tags, { Name = "${var.name}-${each.key}" })

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_ingress_rule" "this" {
  for_each = local.ingress

  security_group_id            = aws_security_group.this[each.value.group].id
  referenced_security_group_id = each.value.peer == null ? null : aws_security_group.this[each.value.peer].id
  cidr_ipv4                    = each.value.cidr
  ip_protocol                  = each.value.protocol
  from_port                    = each.value.ports[0]
  to_port                      = each.value.ports[1]
  description                  = each.value.why

  tags = merge(var.tags, { Name = "${var.name}-${each.key}" })
}

resource "aws_vpc_security_group_egress_rule" "this" {
  for_each = local.egress

  security_group_id            = aws_security_group.this[each.value.group].id
  referenced_security_group_id = each.value.peer == null ? null : aws_security_group.this[each.value.peer].id
  cidr_ipv4                    = each.value.cidr
  ip_protocol                  = each.value.protocol
  from_port                    = each.value.ports[0]
  to_port                      = each.value.ports[1]
  description                  = each.value.why

  tags = merge(var.tags, { Name = "${var.name}-${each.key}" })
}
