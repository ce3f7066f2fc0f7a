bucket              = "strata-staging-terraform-111111111111"
key                 = "strata/terraform.tfstate"
region              = "eu-central-1"
encrypt             = true
use_lockfile        = true
allowed_account_ids = ["111111111111"]
