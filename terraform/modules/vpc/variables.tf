variable "name" {
  description = "Prefix of every name in this network, and the value of karpenter.sh/discovery on its private subnets."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,30}[a-z0-9]$", var.name))
    error_message = "name is \"${var.name}\": use 3 to 32 small letters, digits and hyphens, a letter first and no hyphen last."
  }
}

variable "account_id" {
  description = "The AWS account that this network belongs to; policies name it, so that a plan shows them in full."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id is \"${var.account_id}\": an AWS account has 12 digits; quote it, or leading zeros are lost."
  }
}

variable "cidr" {
  description = "IPv4 range of the VPC, /16 to /20, from which every subnet's range is computed."
  type        = string
  nullable    = false

  validation {
    condition     = can(cidrhost(var.cidr, 0)) && try(tonumber(split("/", var.cidr)[1]) >= 16 && tonumber(split("/", var.cidr)[1]) <= 20, false)
    error_message = "cidr is \"${var.cidr}\": give an IPv4 range from /16 to /20, such as 10.10.0.0/16; with less, pods run out of addresses."
  }

  validation {
    condition     = try(cidrhost(var.cidr, 0) == split("/", var.cidr)[0], true)
    error_message = "cidr is \"${var.cidr}\", which has host bits: the network begins at ${try(cidrhost(var.cidr, 0), "?")}."
  }

  validation {
    # Two networks overlap when they are the same one at the shorter of their prefixes.
    condition = alltrue([
      for neighbour in values(var.neighbours) : try(
        cidrhost(format("%s/%d", split("/", var.cidr)[0], min(split("/", var.cidr)[1], split("/", neighbour)[1])), 0)
        != cidrhost(format("%s/%d", split("/", neighbour)[0], min(split("/", var.cidr)[1], split("/", neighbour)[1])), 0),
        true,
      )
    ])
    error_message = "cidr ${var.cidr} overlaps one of the neighbours ${jsonencode(var.neighbours)}: networks that overlap can never be peered."
  }
}

variable "neighbours" {
  description = "IPv4 ranges by name that this network may have to reach one day, and so must not overlap."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for range in values(var.neighbours) : can(cidrhost(range, 0))])
    error_message = "neighbours has ranges that are no IPv4 ranges: ${jsonencode([for name, range in var.neighbours : "${name} = ${range}" if !can(cidrhost(range, 0))])}."
  }
}

variable "availability_zones" {
  description = "Names of two to four availability zones of one region; a single NAT gateway stands in the first."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.availability_zones) >= 2 && length(var.availability_zones) <= 4
    error_message = "availability_zones names ${length(var.availability_zones)}: EKS needs two, and beyond four the cost buys no availability."
  }

  validation {
    condition     = length(distinct(var.availability_zones)) == length(var.availability_zones)
    error_message = "availability_zones names a zone twice: ${join(", ", var.availability_zones)}."
  }

  validation {
    # The letter is the zone's place in the address plan, which has eight. Local and wavelength zones have no NAT.
    condition     = alltrue([for zone in var.availability_zones : can(regex("^[a-z]{2}(-[a-z]+)+-[0-9][a-h]$", zone))])
    error_message = "availability_zones must be names such as eu-central-1a, not zone ids or local zones: ${join(", ", var.availability_zones)}."
  }

  validation {
    condition     = length(distinct([for zone in var.availability_zones : substr(zone, 0, max(length(zone) - 1, 0))])) <= 1
    error_message = "availability_zones spans several regions, and a VPC has one: ${join(", ", var.availability_zones)}."
  }
}

variable "nat_gateways" {
  description = "How private subnets reach the internet: per_zone survives the loss of a zone, single costs least, none is cut off."
  type        = string
  default     = "per_zone"
  nullable    = false

  validation {
    condition     = contains(["per_zone", "single", "none"], var.nat_gateways)
    error_message = "nat_gateways is \"${var.nat_gateways}\": choose per_zone, single or none."
  }
}

variable "flow_log_retention_days" {
  description = "Days for which the record of connections is kept."
  type        = number
  default     = 365
  nullable    = false

  validation {
    # The values that CloudWatch Logs accepts, from a month on: shorter than it takes to notice a break-in is no record.
    condition     = contains([30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.flow_log_retention_days)
    error_message = "flow_log_retention_days is ${var.flow_log_retention_days}: CloudWatch Logs knows 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096 and some longer ones."
  }
}

variable "deletion_protection" {
  description = "Whether every plan that destroys or replaces the VPC is refused."
  type        = bool
  default     = true
  nullable    = false
}

variable "tags" {
  description = "Tags of everything that can have tags."
  type        = map(string)
  nullable    = false

  validation {
    condition     = length(var.tags) > 0
    error_message = "tags is empty: without an owner on it nobody dares to delete a thing, and nobody knows whom it costs."
  }

  validation {
    condition     = !contains(keys(var.tags), "Name")
    error_message = "tags has a Name: each resource has a name of its own, which that one would hide."
  }
}
