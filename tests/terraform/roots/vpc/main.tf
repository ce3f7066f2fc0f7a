# The network as production has it, for the emulator; what production does not say is a variable.
variable "availability_zones" {
  type = list(string)
}

variable "deletion_protection" {
  type    = bool
  default = true
}

variable "flow_log_retention_days" {
  type    = number
  default = 365
}

variable "nat_gateways" {
  type = string
}

module "vpc" {
  source = "../../modules/vpc"

  name                    = "strata-emulated"
  account_id              = "123456789012" # moto's own
  cidr                    = "10.10.0.0/16"
  availability_zones      = var.availability_zones
  nat_gateways            = var.nat_gateways
  flow_log_retention_days = var.flow_log_retention_days
  deletion_protection     = var.deletion_protection
  tags                    = { Owner = "tests" }
}
