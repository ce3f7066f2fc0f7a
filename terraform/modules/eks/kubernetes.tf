locals {
  # End of AWS's standard support (UTC), from which day on a cluster costs six times as much: the release calendar of
  # https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html, as `aws eks describe-cluster-versions` has it
  supported_until = {
    "1.34" = "2026-12-02T00:00:00Z"
    "1.35" = "2027-03-27T00:00:00Z"
  }
}

# A warning and not a rule: time passes without a change of the code, and must not stop a repair.
check "kubernetes_version_is_supported" {
  assert {
    condition     = timecmp(timeadd(plantimestamp(), "1440h"), local.supported_until[var.cluster_version]) < 0
    error_message = "Kubernetes ${var.cluster_version} leaves standard support on ${substr(local.supported_until[var.cluster_version], 0, 10)}, in less than 60 days: AWS then upgrades ${var.name} by itself."
  }
}
