terraform {
  # 1.11 is the first whose S3 backend locks with a file of its own.
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }

  # Where the state lies is the environment's: init -backend-config=backend.hcl
  backend "s3" {}
}

provider "aws" {
  region = var.region
  # The wrong profile in a shell ends here, before it reads or changes anything.
  allowed_account_ids = [var.account_id]
}
