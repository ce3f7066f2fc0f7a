"""A scratch registry's image that already has other images in it, made once a machine instead of once a cluster.

    stocked("registry:2.8.3", {"mysql": "mysql:9.7.2"}, name="shop-registry")       # "testkit-registry:3f0c9d1e2a4b"

Docker compresses each layer anew for every registry that does not have it, and a database's image takes a core fifteen
seconds. It remembers the digest that a layer had, though, and asks the next registry for that first. So the images are
pushed to a registry which is then committed to an image of its own; whichever cluster's registry starts from it has
them, changes nothing for the others, and a push of the same image is over at once.
"""

import hashlib
from collections.abc import Mapping

from testkit import images
from testkit.kube.registry import Registry

_REPOSITORY = "testkit-registry"


def stocked(registry_image: str, stock: Mapping[str, str], *, name: str) -> str:
    """Return the image of a registry that has the stock; made where this machine has none.

    stock: local images by the repository in which the registry is to have them.
    name: of the container in which it is made; it is gone afterwards.

    Raises NoImage, PushFailed.
    """
    parts = [f"{repository}={images.identity(image)}" for repository, image in sorted(stock.items())]
    recipe = "\n".join([images.identity(registry_image), *parts])
    made = f"{_REPOSITORY}:{hashlib.sha256(recipe.encode()).hexdigest()[:12]}"
    try:
        images.identity(made)
    except images.NoImage:
        _make(made, registry_image, stock, name)
    return made


def _make(made: str, registry_image: str, stock: Mapping[str, str], name: str) -> None:
    # Without labels, as whoever starts from the image would have them too.
    registry = Registry.start(name, registry_image, network="bridge", labels={})
    try:
        for repository, image in stock.items():
            registry.push(image, repository)
        repository, _, tag = made.partition(":")
        registry.container.sdk.commit(repository=repository, tag=tag)
    finally:
        registry.container.remove()
