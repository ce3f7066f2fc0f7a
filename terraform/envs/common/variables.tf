variable "environment" {
  description = "Name of the environment."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["staging", "production"], var.environment)
    error_message = "environment is \"${var.environment}\": staging or production."
  }
}

variable "account_id" {
  description = "The AWS account of the environment; any other one is refused."
  type        = string
  nullable    = false
}

variable "region" {
  description = "The AWS region of the environment."
  type        = string
  nullable    = false
}

variable "availability_zones" {
  description = "Names of the zones, all of that region; a single NAT gateway stands in the first."
  type        = list(string)
  nullable    = false

  validation {
    condition     = alltrue([for zone in var.availability_zones : startswith(zone, var.region)])
    error_message = "availability_zones has zones outside of ${var.region}: ${join(", ", [for zone in var.availability_zones : zone if !startswith(zone, var.region)])}."
  }
}

variable "cidr" {
  description = "IPv4 range of the VPC."
  type        = string
  nullable    = false
}

variable "neighbours" {
  description = "IPv4 ranges of the other environments, by name."
  type        = map(string)
  nullable    = false
}

variable "nat_gateways" {
  description = "per_zone, single or none."
  type        = string
  nullable    = false
}

variable "log_retention_days" {
  description = "Days for which flow logs and the control plane's logs are kept."
  type        = number
  nullable    = false
}

variable "cluster_version" {
  description = "Kubernetes version."
  type        = string
  nullable    = false
}

variable "public_access_cidrs" {
  description = "IPv4 ranges that may reach the API server from the internet; empty keeps it private."
  type        = list(string)
  nullable    = false
}

variable "access_entries" {
  description = "Who may do what in the cluster."
  type = map(object({
    principal_arn = string
    policy        = string
    namespaces    = optional(list(string), [])
  }))
  nullable = false
}

variable "nodes" {
  description = "The node group."
  type = object({
    instance_types = list(string)
    capacity_type  = string
    min_size       = number
    max_size       = number
    desired_size   = number
    disk_gib       = number
  })
  nullable = false
}

variable "data_stores" {
  description = "IPv4 ranges, in the part of the VPC's range that subnets leave free, of MySQL and Redis."
  type = object({
    mysql = string
    redis = string
  })
  nullable = false
}

variable "deletion_protection" {
  description = "Whether plans that destroy or replace the network or the cluster are refused."
  type        = bool
  nullable    = false
}

variable "owner" {
  description = "Team to ask, as a tag on everything."
  type        = string
  nullable    = false
}
