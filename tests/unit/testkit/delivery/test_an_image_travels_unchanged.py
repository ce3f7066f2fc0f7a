"""Does an agent get exactly the image that another one has built?"""

import json
from pathlib import Path

import pytest

from testkit.delivery import image
from testkit.delivery.image import NotCarried
from tests.unit.testkit.delivery.conftest import Said

ID = "sha256:" + "1" * 64


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What was unstashed."""
    (tmp_path / "image.json").write_text(json.dumps({"id": ID, "tag": "shop:4f1c", "revision": "4f1c"}))
    return tmp_path


def test_the_image_is_loaded(docker: Said, folder: Path, asked: Path) -> None:
    """Red: the layers run on whatever the agent had before."""
    docker("image inspect", f"echo '{json.dumps([{'Id': ID}])}'")
    assert image.load(folder).id == ID
    assert f"load --quiet --input={folder / 'image.tar'}" in asked.read_text().splitlines()


def test_another_image_in_the_file_is_refused(docker: Said, folder: Path) -> None:
    """Red: two builds shared a folder, and one tests the other's image."""
    docker("image inspect", f"echo '{json.dumps([{'Id': 'sha256:other'}])}'")
    with pytest.raises(NotCarried, match=f"holds sha256:other, and {ID} was built"):
        image.load(folder)


def test_a_missing_image_says_what_to_do(tmp_path: Path) -> None:
    """Red: a stage without its unstash fails with a traceback about a file."""
    with pytest.raises(NotCarried, match="build the image, or unstash it"):
        image.about(tmp_path)


def test_the_program_prints_the_id_alone(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Red: the pipeline takes a progress line for the image's id."""
    assert image.main(["--folder", str(folder), "id"]) == 0
    assert capsys.readouterr().out == f"{ID}\n"
