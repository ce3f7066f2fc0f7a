variable "name" {
  description = "Name of the cluster, and prefix of every other name in here."
  type        = string
  nullable    = false

  validation {
    # The longest name made from it is a role's, which may have 64 characters.
    condition     = can(regex("^[a-z][a-z0-9-]{1,30}[a-z0-9]$", var.name))
    error_message = "name is \"${var.name}\": use 3 to 32 small letters, digits and hyphens, a letter first and no hyphen last."
  }
}

variable "account_id" {
  description = "The AWS account that the cluster belongs to; policies name it, so that a plan shows them in full."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id is \"${var.account_id}\": an AWS account has 12 digits; quote it, or leading zeros are lost."
  }
}

variable "region" {
  description = "The AWS region that the cluster stands in; policies name it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region is \"${var.region}\": give a region such as eu-central-1, without the letter of a zone."
  }
}

variable "cluster_version" {
  description = "Kubernetes version of control plane and nodes: major.minor, one that AWS supports without a surcharge."
  type        = string
  nullable    = false

  validation {
    condition     = contains(keys(local.supported_until), var.cluster_version)
    error_message = "cluster_version is \"${var.cluster_version}\": supported are ${join(", ", keys(local.supported_until))}; a new one is first tried in kind, then added to local.supported_until."
  }
}

variable "vpc_id" {
  description = "Id of the VPC that the cluster stands in."
  type        = string
  nullable    = false
}

variable "vpc_cidr" {
  description = "IPv4 range of that VPC; the services' range must lie outside."
  type        = string
  nullable    = false

  validation {
    condition     = can(cidrhost(var.vpc_cidr, 0))
    error_message = "vpc_cidr is \"${var.vpc_cidr}\", which is no IPv4 range such as 10.10.0.0/16."
  }
}

variable "subnet_ids" {
  description = "Ids of private subnets by zone: nodes, pods and the control plane's interfaces live there."
  type        = map(string)
  nullable    = false

  validation {
    condition     = length(var.subnet_ids) >= 2
    error_message = "subnet_ids has ${length(var.subnet_ids)} zones: EKS needs subnets in two at least."
  }
}

variable "service_cidr" {
  description = "IPv4 range of the cluster's services, inside a private range and apart from the VPC's."
  type        = string
  default     = "172.20.0.0/16"
  nullable    = false

  validation {
    condition     = can(cidrhost(var.service_cidr, 0)) && try(tonumber(split("/", var.service_cidr)[1]) >= 12 && tonumber(split("/", var.service_cidr)[1]) <= 24, false)
    error_message = "service_cidr is \"${var.service_cidr}\": EKS takes IPv4 ranges from /12 to /24, such as 172.20.0.0/16."
  }

  validation {
    # Two networks overlap when they are the same one at the shorter of their prefixes.
    condition = try(
      cidrhost(format("%s/%d", split("/", var.service_cidr)[0], min(split("/", var.service_cidr)[1], split("/", var.vpc_cidr)[1])), 0)
      != cidrhost(format("%s/%d", split("/", var.vpc_cidr)[0], min(split("/", var.service_cidr)[1], split("/", var.vpc_cidr)[1])), 0),
      true,
    )
    error_message = "service_cidr ${var.service_cidr} overlaps the VPC's ${var.vpc_cidr}: pods would never reach the machines behind it."
  }
}

variable "public_access_cidrs" {
  description = "IPv4 ranges that may reach the API server from the internet; empty keeps it private."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    # /16, because two halves of the internet would pass a rule against /0.
    condition     = alltrue([for range in var.public_access_cidrs : can(cidrhost(range, 0)) && try(tonumber(split("/", range)[1]) >= 16, false)])
    error_message = "public_access_cidrs has ${join(", ", var.public_access_cidrs)}: list the IPv4 ranges of offices and VPNs, /16 or narrower; the API server is not for the whole internet."
  }
}

variable "log_retention_days" {
  description = "Days for which the control plane's logs are kept."
  type        = number
  default     = 365
  nullable    = false

  validation {
    # The values that CloudWatch Logs accepts, from a month on: shorter than it takes to notice a break-in is no record.
    condition     = contains([30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days is ${var.log_retention_days}: CloudWatch Logs knows 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096 and some longer ones."
  }
}

variable "access_entries" {
  description = "Who may do what in the cluster, by a name of one's own: an IAM principal, one of EKS's access policies, and namespaces (none: all of them)."
  type = map(object({
    principal_arn = string
    policy        = string
    namespaces    = optional(list(string), [])
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for entry in values(var.access_entries) : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:(role|user)/", entry.principal_arn))])
    error_message = "access_entries has principals that are no role or user: ${join(", ", [for name, entry in var.access_entries : "${name} = ${entry.principal_arn}" if !can(regex("^arn:[a-z-]+:iam::[0-9]{12}:(role|user)/", entry.principal_arn))])}."
  }

  validation {
    condition = alltrue([for entry in values(var.access_entries) : contains(
      ["AmazonEKSClusterAdminPolicy", "AmazonEKSAdminPolicy", "AmazonEKSEditPolicy", "AmazonEKSViewPolicy", "AmazonEKSAdminViewPolicy"], entry.policy,
    )])
    error_message = "access_entries has the policies ${join(", ", [for entry in values(var.access_entries) : entry.policy])}: choose AmazonEKSClusterAdminPolicy, AmazonEKSAdminPolicy, AmazonEKSEditPolicy, AmazonEKSViewPolicy or AmazonEKSAdminViewPolicy."
  }

  validation {
    condition     = alltrue([for entry in values(var.access_entries) : entry.policy != "AmazonEKSClusterAdminPolicy" || length(entry.namespaces) == 0])
    error_message = "access_entries gives AmazonEKSClusterAdminPolicy for some namespaces: it is for the whole cluster; AmazonEKSAdminPolicy can be limited."
  }
}

variable "addons" {
  description = "EKS add-ons by name: version (none: AWS's default), settings as JSON, whether nodes need it to become ready, and the account and AWS policy through which its pods call AWS."
  type = map(object({
    version         = optional(string)
    configuration   = optional(string)
    before_nodes    = optional(bool, false)
    service_account = optional(string)
    managed_policy  = optional(string)
  }))
  default = {
    vpc-cni = {
      # Off by default, and the deployment's NetworkPolicies would be decoration.
      configuration   = "{\"enableNetworkPolicy\":\"true\"}"
      before_nodes    = true
      service_account = "aws-node"
      managed_policy  = "AmazonEKS_CNI_Policy"
    }
    eks-pod-identity-agent = { before_nodes = true }
    kube-proxy             = { before_nodes = true }
    coredns                = {}
    metrics-server         = {}
    aws-ebs-csi-driver = {
      service_account = "ebs-csi-controller-sa"
      managed_policy  = "service-role/AmazonEBSCSIDriverPolicy"
    }
  }
  nullable = false

  validation {
    condition     = alltrue([for name in ["vpc-cni", "kube-proxy", "coredns"] : contains(keys(var.addons), name)])
    error_message = "addons has ${join(", ", keys(var.addons))}: without vpc-cni, kube-proxy and coredns no pod gets an address, a service or a name."
  }

  validation {
    condition     = alltrue([for addon in values(var.addons) : (addon.service_account == null) == (addon.managed_policy == null)])
    error_message = "addons names a service_account without a managed_policy, or the other way round: ${join(", ", [for name, addon in var.addons : name if(addon.service_account == null) != (addon.managed_policy == null)])}."
  }

  validation {
    condition     = alltrue([for addon in values(var.addons) : addon.configuration == null || can(jsondecode(addon.configuration))])
    error_message = "addons has settings that are no JSON: ${join(", ", [for name, addon in var.addons : name if !can(jsondecode(coalesce(addon.configuration, "{}")))])}."
  }
}

variable "pod_identities" {
  description = "Pods that may call AWS, by a name of one's own: their namespace, their service account, and an IAM policy as JSON."
  type = map(object({
    namespace       = string
    service_account = string
    policy          = string
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for identity in values(var.pod_identities) : can(jsondecode(identity.policy).Statement)])
    error_message = "pod_identities has policies that are no IAM policies in JSON: ${join(", ", [for name, identity in var.pod_identities : name if !can(jsondecode(identity.policy).Statement)])}."
  }
}

variable "nodes" {
  description = "The node group: instance types of one architecture, how many nodes, ON_DEMAND or SPOT, disk size, labels, and the share that an update may take away at once."
  type = object({
    instance_types             = list(string)
    capacity_type              = optional(string, "ON_DEMAND")
    min_size                   = number
    max_size                   = number
    desired_size               = number
    disk_gib                   = optional(number, 50)
    labels                     = optional(map(string), {})
    max_unavailable_percentage = optional(number, 33)
  })
  nullable = false

  validation {
    condition     = var.nodes.min_size >= 1 && var.nodes.min_size <= var.nodes.desired_size && var.nodes.desired_size <= var.nodes.max_size
    error_message = "nodes has min_size ${var.nodes.min_size}, desired_size ${var.nodes.desired_size} and max_size ${var.nodes.max_size}: they must rise in this order, from 1 on."
  }

  validation {
    condition     = length(var.nodes.instance_types) > 0 && alltrue([for type in var.nodes.instance_types : can(regex("^[a-z]+[0-9]+[a-z0-9-]*\\.[a-z0-9-]+$", type))])
    error_message = "nodes.instance_types is ${jsonencode(var.nodes.instance_types)}: give one or more such as m7g.large."
  }

  validation {
    condition     = alltrue([for type in var.nodes.instance_types : !can(regex("\\.(nano|micro|small)$", type))])
    error_message = "nodes.instance_types has ${join(", ", [for type in var.nodes.instance_types : type if can(regex("\\.(nano|micro|small)$", type))])}: below medium, the system's own pods fill the node."
  }

  validation {
    condition     = length(distinct([for type in var.nodes.instance_types : can(regex("^[a-z]+[0-9]+g", type))])) <= 1
    error_message = "nodes.instance_types mixes ARM and x86 (${join(", ", var.nodes.instance_types)}): a node group has one machine image."
  }

  validation {
    condition     = contains(["ON_DEMAND", "SPOT"], var.nodes.capacity_type)
    error_message = "nodes.capacity_type is \"${var.nodes.capacity_type}\": choose ON_DEMAND or SPOT."
  }

  validation {
    condition     = var.nodes.capacity_type != "SPOT" || length(var.nodes.instance_types) >= 3
    error_message = "nodes are SPOT with ${length(var.nodes.instance_types)} instance types: name three at least, or one type's shortage empties the cluster."
  }

  validation {
    condition     = var.nodes.disk_gib >= 20 && var.nodes.disk_gib <= 1000
    error_message = "nodes.disk_gib is ${var.nodes.disk_gib}: choose from 20, below which images fill the disk, to 1000."
  }

  validation {
    condition     = var.nodes.max_unavailable_percentage >= 1 && var.nodes.max_unavailable_percentage <= 50
    error_message = "nodes.max_unavailable_percentage is ${var.nodes.max_unavailable_percentage}: choose from 1 to 50; an update that takes more than half away at once is an outage."
  }
}

variable "node_ingress" {
  description = "Connections into nodes and pods from outside of the cluster, by name: the first and last port and the IPv4 range that they come from."
  type = map(object({
    from_port   = number
    to_port     = number
    cidr        = string
    description = string
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for rule in values(var.node_ingress) : can(cidrhost(rule.cidr, 0)) && try(tonumber(split("/", rule.cidr)[1]) >= 16, false)])
    error_message = "node_ingress has ${jsonencode([for name, rule in var.node_ingress : "${name} from ${rule.cidr}"])}: name the range that calls, /16 or narrower; the world comes in through a load balancer."
  }
}

variable "node_egress" {
  description = "Connections from nodes and pods beyond the cluster and HTTPS, by name: the port and the IPv4 range that they go to."
  type = map(object({
    port        = number
    cidr        = string
    description = string
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for rule in values(var.node_egress) : can(cidrhost(rule.cidr, 0)) && try(tonumber(split("/", rule.cidr)[1]) >= 16, false)])
    error_message = "node_egress has ${jsonencode([for name, rule in var.node_egress : "${name} to ${rule.cidr}"])}: name the range that is called, /16 or narrower."
  }
}

variable "deletion_protection" {
  description = "Whether every plan that destroys or replaces the cluster is refused."
  type        = bool
  default     = true
  nullable    = false
}

variable "tags" {
  description = "Tags of everything that can have tags, the nodes' instances and volumes included."
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
