"""Does an edit of Python change exactly the code that it names, and leave the rest of the file as it was?"""

import textwrap

import pytest

from testkit.faults.edits import python
from testkit.faults.errors import EditError


def edited(source: str, **edit: object) -> str:
    return python.apply(textwrap.dedent(source), edit)


def test_layout_quotes_and_brackets_do_not_matter() -> None:
    """Otherwise the formatter makes half of the catalogue invalid."""
    source = """
        def expired(link, now):  # the rule
            return (
                link.expires_at  <=
                now
            )
    """

    result = edited(source, replace="link.expires_at <= now", **{"with": "link.expires_at < now"})

    assert "    return (\n        link.expires_at < now\n    )\n" in result, result
    assert "# the rule" in result, "the comment beside the change is lost"


def test_within_tells_two_places_apart() -> None:
    """Otherwise a fault in one method cannot be made without the same one in another."""
    source = """
        class Cache:
            def get(self): return self.read(1)
            def put(self): return self.read(1)
    """

    result = edited(source, within="Cache.put", replace="self.read(1)", **{"with": "self.read(2)"})

    assert "def get(self): return self.read(1)" in result, result
    assert "def put(self): return self.read(2)" in result, result


@pytest.mark.parametrize(("pattern", "count"), [("x + 1", 2), ("x + 9", 0)])
def test_it_refuses_to_guess(pattern: str, count: int) -> None:
    """Otherwise an edit lands somewhere, and its verdict is about something else."""
    with pytest.raises(EditError, match=f"stands {count} times"):
        edited("a = x + 1\nb = x + 1\n", replace=pattern, **{"with": "0"})


def test_all_changes_every_place() -> None:
    """Otherwise a renamed metric needs one entry for each of its uses."""
    result = edited("a = f('n')\nb = [f('n')]\n", replace="'n'", all=True, **{"with": "'m'"})

    assert result == "a = f('m')\nb = [f('m')]\n", result


def test_a_statement_takes_its_indentation_along() -> None:
    """Otherwise every replacement by two lines is a syntax error."""
    source = """
        def save(link):
            with lock:
                link.save()
                log(link)
    """

    result = edited(source, replace="log(link)", **{"with": "if link:\n    log(link)"})

    assert "        link.save()\n        if link:\n            log(link)\n" in result, result


def test_statements_in_a_row_are_one_pattern() -> None:
    """Otherwise swapping two lines, the classic race, cannot be written."""
    result = edited("a()\nb()\nc()\n", replace="b()\nc()", **{"with": "c()\nb()"})

    assert result == "a()\nc()\nb()\n", result


@pytest.mark.parametrize(
    ("source", "pattern", "expected"),
    [
        ("connect(host, timeout=0.5)\n", "timeout=0.5", "connect(host)\n"),
        ("connect(timeout=0.5, host=1)\n", "timeout=0.5", "connect(host=1)\n"),
        ("S = {'DEBUG': False, 'A': 1}\n", '"DEBUG": False', "S = {'A': 1}\n"),
        ("M = ['a', 'b']\n", "'b'", "M = ['a']\n"),
        ("M = [\n    'a',  # one\n    'b',\n]\n", "'a'", "M = [\n    # one\n    'b',\n]\n"),
        ("check(url, strict)\n", "strict", "check(url)\n"),
        ("@login_required\ndef view(): ...\n", "login_required", "def view(): ...\n"),
        ("def f():\n    check()\n    go()\n", "check()", "def f():\n    go()\n"),
        ("def f():\n    check()\n", "check()", "def f():\n    pass\n"),
        ("def f():\n    raise X\n    go()  # now\n", "raise X", "def f():\n    go()  # now\n"),
        ("if a: check(); go()\n", "check()", "if a: pass; go()\n"),
        ("a = 1\n@d\ndef f():\n    pass\nb = 2\n", "@d\ndef f():\n    pass", "a = 1\nb = 2\n"),
    ],
    ids=["last argument", "first argument", "dict item", "last element", "first element", "plain argument",
         "decorator", "statement", "only statement", "simple statement", "one-liner", "decorated function"],
)  # fmt: skip
def test_delete_leaves_correct_code(source: str, pattern: str, expected: str) -> None:
    """Otherwise 'the time-out was removed' has to be written as a replacement of the whole call."""
    result = python.apply(source, {"delete": pattern})

    assert result == expected, result
    python.parse(result)


def test_keyword_arguments_and_dict_items_can_be_replaced() -> None:
    """Otherwise a changed setting has to repeat the whole dict around it."""
    source = 'C = {"TIMEOUT": 1, "n": f(retries=3)}\n'

    result = python.apply(source, {"replace": '"TIMEOUT": 1', "with": '"TIMEOUT": None'})
    result = python.apply(result, {"replace": "retries=3", "with": "retries=0"})

    assert result == 'C = {"TIMEOUT": None, "n": f(retries=0)}\n', result


def test_places_are_right_after_letters_of_several_bytes() -> None:
    """Otherwise an umlaut in a text shifts every edit behind it."""
    result = edited("x = 'Straße', limit\n", replace="limit", **{"with": "None"})

    assert result == "x = 'Straße', None\n", result


def test_a_name_in_an_f_string_is_found_or_refused() -> None:
    """Otherwise on Python 3.11, which misplaces parts of f-strings, an edit hits the wrong characters."""
    source = 'y = f"{a} and {limit}"\n'
    try:
        result = edited(source, replace="limit", **{"with": "other"})
    except EditError as error:
        result = str(error)

    refused = "'limit' stands inside an f-string, where it has no place of its own"
    assert result in {'y = f"{a} and {other}"\n', refused}, result


FUNCTION = """
def count(batch):
    total = 0
    for hit in batch:
        total += hit.total
    return f(total=total)


def other():
    total = 1
"""


def test_rename_changes_the_local_name_only() -> None:
    """Otherwise the most common harmless edit would break an attribute or a caller."""
    result = edited(FUNCTION, within="count", rename={"from": "total", "to": "amount"})

    expected = FUNCTION.replace("    total = 0", "    amount = 0").replace("total +=", "amount +=")
    assert result == expected.replace("f(total=total)", "f(total=amount)"), result


@pytest.mark.parametrize(
    ("within", "names", "reason"),
    [
        ("count", {"from": "batch", "to": "hits"}, "no local name"),
        ("count", {"from": "total", "to": "hit"}, "used in count already"),
        ("count", {"from": "absent", "to": "x"}, "no local name"),
        ("absent", {"from": "total", "to": "x"}, "defined 0 times"),
        ("count", {"form": "total", "to": "x"}, "from and to"),
    ],
)
def test_rename_refuses_what_somebody_else_may_see(within: str, names: dict[str, str], reason: str) -> None:
    """Otherwise a harmless edit does harm, and a good test is blamed for a false alarm."""
    with pytest.raises(EditError, match=reason):
        edited(FUNCTION, within=within, rename=names)


def test_a_broken_pattern_says_so() -> None:
    """Otherwise a typo in the catalogue reads as 'not found'."""
    with pytest.raises(EditError, match="is no Python"):
        edited("a = 1\n", replace="a = = 1", **{"with": "a = 2"})
