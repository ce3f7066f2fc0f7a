# The address plan, in eighths of the VPC's range:
#
#   first      public subnets, eight places of 1/64 each (10.0.0.0/16: /22, 1,024 addresses)
#   2nd - 4th  reserved: databases, caches, whatever comes
#   5th - 8th  private subnets, eight places of 1/16 each (10.0.0.0/16: /20, 4,096 addresses): every pod has an address
#
# A zone's place is its letter, and not its position in the list: its subnets stay the same whichever zones come or go.
locals {
  place = { for zone in local.zones : zone => index(["a", "b", "c", "d", "e", "f", "g", "h"], substr(zone, -1, 1)) }

  public_cidrs  = { for zone, place in local.place : zone => cidrsubnet(var.cidr, 6, place) }
  private_cidrs = { for zone, place in local.place : zone => cidrsubnet(var.cidr, 4, 8 + place) }
}

resource "aws_subnet" "public" {
  for_each = local.zones

  vpc_id            = aws_vpc.this.id
  availability_zone = each.key
  cidr_block        = local.public_cidrs[each.key]
  # Load balancers and NAT gateways bring their own public addresses; nothing else belongs here.
  map_public_ip_on_launch = false

  tags = merge(var.tags, {
    Name                     = "${var.name}-public-${each.key}"
    "kubernetes.io/role/elb" = "1"
  })
}

resource "aws_subnet" "private" {
  for_each = local.zones

  vpc_id                  = aws_vpc.this.id
  availability_zone       = each.key
  cidr_block              = local.private_cidrs[each.key]
  map_public_ip_on_launch = false

  tags = merge(var.tags, {
    Name                              = "${var.name}-private-${each.key}"
    "kubernetes.io/role/internal-elb" = "1"
    "karpenter.sh/discovery"          = var.name
  })
}
