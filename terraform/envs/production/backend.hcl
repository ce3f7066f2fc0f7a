bucket              = "strata-production-terraform-222222222222"
key                 = "strata/terraform.tfstate"
region              = "eu-central-1"
encrypt             = true
use_lockfile        = true
allowed_account_ids = ["222222222222"]
