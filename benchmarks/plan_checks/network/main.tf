# The network as production has it, planned without an account: both plan this folder as it is.
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }
}

provider "aws" {
  region                      = "eu-central-1"
  access_key                  = "benchmark"
  secret_key                  = "benchmark"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

module "vpc" {
  source = "../../../terraform/modules/vpc"

  name                    = "strata-benchmark"
  account_id              = "123456789012"
  cidr                    = "10.10.0.0/16"
  availability_zones      = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
  nat_gateways            = "per_zone"
  flow_log_retention_days = 365
  deletion_protection     = false
  tags                    = { Project = "strata", Owner = "platform" }
}
