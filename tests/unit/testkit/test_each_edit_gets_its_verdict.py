"""Does the engine, on a real project with real tests, tell each kind of entry from the others?"""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

SHOP = """\
def price(amount, discount=0):
    total = amount * 100
    return total - discount


def greeting():
    return "welcome"
"""

TESTS = """\
import shop

def test_price():
    assert shop.price(2) == 200, f"price(2) is {shop.price(2)} and must be 200"

def test_a_name_of_a_local():
    assert "total" in shop.price.__code__.co_varnames, "no local is called total"

def test_discount():
    assert shop.price(2, 50) == 150, "wrong"
"""

CATALOGUE = """
- id: wrong-factor
  kind: fault
  file: shop.py
  edit: {within: price, replace: amount * 100, with: amount * 10}
  production: Everything costs a tenth.
  layer: unit
  names: ['price\\(2\\)']
- id: discount-added
  kind: fault
  file: shop.py
  edit: {replace: total - discount, with: total + discount}
  production: A discount makes it dearer.
  layer: unit
  names: [discount]
- id: rude-greeting
  kind: fault
  file: shop.py
  edit: {replace: "'welcome'", with: "'go away'"}
  production: Customers leave.
  layer: unit
  names: [greeting]
- id: dependency-gone
  kind: fault
  file: shop.py
  edit: {find: "def price", replace: "import stock\n\ndef price"}
  production: The app does not start.
  layer: unit
  names: [stock]
- id: no-such-code
  kind: fault
  file: shop.py
  edit: {delete: "log(total)"}
  production: Nothing, for it is not there.
  layer: unit
  names: [log]
- id: reformatted
  kind: harmless
  file: shop.py
  edit: {find: "amount * 100", replace: "(amount * 100)"}
  production: Brackets change no product.
  layer: unit
- id: local-renamed
  kind: harmless
  file: shop.py
  edit: {within: price, rename: {from: total, to: cents}}
  production: Nobody sees a local name.
  layer: unit
"""

LAYERS = """
unit:
  commands: ["{python} -m pytest tests/unit -x -q -p no:cacheprovider -o junit_family=xunit1 --junitxml={junit}"]
  environment: {PYTEST_DISABLE_PLUGIN_AUTOLOAD: "1"}
"""

EXPECTED = {
    "wrong-factor": ("CAUGHT", "tests/unit/test_shop.py::test_price", "price(2) is 20 and must be 200"),
    "discount-added": ("MISNAMED", "tests/unit/test_shop.py::test_discount", "AssertionError: wrong"),
    "dependency-gone": ("CAUGHT", "tests/unit/test_shop.py", "ModuleNotFoundError: No module named 'stock'"),
    "rude-greeting": ("SURVIVED", "", ""),
    "no-such-code": ("INVALID", "", "'log(total)' stands 0 times"),
    "reformatted": ("HARMLESS OK", "", ""),
    "local-renamed": ("FALSE ALARM", "tests/unit/test_shop.py::test_a_name_of_a_local", "no local is called total"),
}


@pytest.mark.first
def test_every_verdict(project: Path, faults: Callable[..., tuple[int, str]]) -> None:
    """Otherwise the score of the catalogue, on which every layer's worth is judged, says nothing."""
    (project / "tests" / "unit").mkdir(parents=True)
    (project / "tests" / "unit" / "test_shop.py").write_text(TESTS)
    (project / "shop.py").write_text(SHOP)
    (project / "faults" / "app.yaml").write_text(CATALOGUE)
    (project / "faults" / "layers.yaml").write_text(LAYERS)

    code, printed = faults()

    results = {each["id"]: each for each in json.loads((project / "reports/faults.json").read_text())["results"]}
    for name, (verdict, test, line) in EXPECTED.items():
        got = results[name]
        assert (got["verdict"], got["test"]) == (verdict, test), f"{name}: {got}"
        assert line in got["line"], f"{name}: {got}"
        assert f"{verdict:<11} {name}" in printed, f"{name} is not in the printed lines:\n{printed}"
    assert code == 1, f"a catalogue with gaps ended with code {code}"
    assert "2 of 5 faults caught; 1 of 2 harmless edits left in peace" in printed, printed
    assert "7/7]" in printed, f"the progress is not numbered:\n{printed}"

    page = (project / "reports/faults.md").read_text()
    assert "**rude-greeting** (unit): SURVIVED. Customers leave." in page, page
    assert (project / "shop.py").read_text() == SHOP, "the working tree itself was edited"
    assert not list((project / ".strata/faults/copies").iterdir()), "copies are left behind"
