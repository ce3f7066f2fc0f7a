"""Kubernetes for tests and pipelines: kubectl, kustomize, roll-outs, tunnels, deployments, evidence.

    kubectl = Kubectl(binary, kubeconfig).within("shop")
    manifests = render(folder, images={"shop": "registry.example/shop@sha256:…"})
    deploy(kubectl, manifests, timeout=120)
    with port_forward(kubectl, "svc/shop", 8000) as port:
        ...

kubectl and kustomize are the interface, and not a client library: what a test does can be typed by its reader, and the
cluster's own version of kubectl decides what is valid. Everything is read as JSON; no output for people is parsed.
"""
