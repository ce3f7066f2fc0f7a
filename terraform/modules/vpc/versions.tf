terraform {
  # 1.9 is the first that lets a validation look at other variables.
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source = "hashicorp/aws"
      # Nothing in here differs between the two majors; an environment pins one exact version.
      version = ">= 5.95, < 7.0"
    }
  }
}
