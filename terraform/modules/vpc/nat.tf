locals {
  nat_zones = {
    per_zone = var.availability_zones
    single   = [var.availability_zones[0]]
    none     = []
  }[var.nat_gateways]

  # The zone whose NAT gateway a private subnet uses: its own, wherever that one has any.
  nat_of = { for zone in local.zones : zone => contains(local.nat_zones, zone) ? zone : one(local.nat_zones) }
}

resource "aws_eip" "nat" {
  #checkov:skip=CKV2_AWS_19:It belongs to a NAT gateway, by a key that checkov does not follow
  for_each = toset(local.nat_zones)

  domain = "vpc"

  tags = merge(var.tags, { Name = "${var.name}-nat-${each.key}" })
}

resource "aws_nat_gateway" "this" {
  for_each = toset(local.nat_zones)

  allocation_id = aws_eip.nat[each.key].id
  subnet_id     = aws_subnet.public[each.key].id

  tags = merge(var.tags, { Name = "${var.name}-${each.key}" })

  # It is created without one, and then reaches nothing.
  depends_on = [aws_internet_gateway.this]
}
