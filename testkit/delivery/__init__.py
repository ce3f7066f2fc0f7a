"""What a pipeline does with one image: build it once, carry it to every agent, push it, ask what was deployed.

    python -m testkit.delivery.image build . --name shop --base PYTHON_IMAGE    # image.tar and image.json
    python -m testkit.delivery.image id                                         # sha256:…, what the layers test
    python -m testkit.delivery.image load                                       # on another agent, and compared
    python -m testkit.delivery.push registry.example/shop                       # registry.example/shop@sha256:…
    python -m testkit.delivery.smoke https://shop.example --json /health version 4f1c0d2

An image's id is the digest of its configuration, so it names the content on every machine and in every registry: the
same id in the layers, in the push and in the registry is the same image.
"""
