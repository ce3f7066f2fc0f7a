"""The same questions about the same plan of the VPC module, asked with Terratest and with this suite."""
