"""How much do our layers add to the base image?"""

from typing import Any

from testkit import containers, images
from tests.container.support.names import ROOT

# Bytes; what every deployment pulls to every node. Django, its database driver and a compiled pydantic are most of it.
BUDGET_OF_OUR_LAYERS = 60_000_000
# Bytes in all where the base is the Alpine one.
BUDGET_ON_ALPINE = 130_000_000


def _layers(image: str) -> list[dict[str, Any]]:
    """The image's history, oldest first."""
    return list(reversed(containers.engine().images.get(image).history()))


def _table(layers: list[dict[str, Any]]) -> str:
    return "\n".join(
        f"  {layer['Size'] / 1e6:7.2f} MB  {layer['CreatedBy'][:100]}" for layer in layers if layer["Size"]
    )


def test_our_layers_keep_the_budget(app_image: str) -> None:
    """Red: pulls and starts take longer, at every scale-up."""
    base = images.resolve("PYTHON_IMAGE", ROOT)
    of_base = len(_layers(base))
    below = [layer["CreatedBy"] for layer in _layers(app_image)[:of_base]]
    assert below == [layer["CreatedBy"] for layer in _layers(base)], f"the image was not built on {base}"
    ours = _layers(app_image)[of_base:]
    size = sum(layer["Size"] for layer in ours)
    assert size <= BUDGET_OF_OUR_LAYERS, (
        f"our layers are {size / 1e6:.1f} MB, {BUDGET_OF_OUR_LAYERS / 1e6:.0f} MB are allowed:\n{_table(ours)}"
    )


def test_it_is_small_in_all_on_alpine(app_image: str) -> None:
    """Red: as above; on Debian, which is larger from the start, only our layers are held."""
    layers = _layers(app_image)
    size = sum(layer["Size"] for layer in layers)
    on_alpine = "alpine" in images.resolve("PYTHON_IMAGE", ROOT)
    assert size <= BUDGET_ON_ALPINE or not on_alpine, (
        f"the image is {size / 1e6:.1f} MB, {BUDGET_ON_ALPINE / 1e6:.0f} MB are allowed:\n{_table(layers)}"
    )
