"""What each test asks, written beside its result into pytest's JUnit file, so that a report needs nothing else.

A test's `<properties>` get its `nodeid`, the first paragraph of its file's docstring as `question`, and that of its own
as `fault`: what goes wrong when it is red. With pytest-xdist the workers send them along with each result.
"""

import pytest

NODEID, QUESTION, FAULT = "nodeid", "question", "fault"
"""Names of the properties."""


class Questions:
    """The part of the plugin that reads docstrings, as tests are collected."""

    def pytest_itemcollected(self, item: pytest.Item) -> None:
        module = item.getparent(pytest.Module)
        told = {QUESTION: getattr(module, "obj", None), FAULT: getattr(item, "obj", None)}
        item.user_properties.append((NODEID, item.nodeid))
        item.user_properties += [(name, text) for name, told_by in told.items() if (text := _first_paragraph(told_by))]


def _first_paragraph(documented: object) -> str:
    return " ".join((getattr(documented, "__doc__", None) or "").strip().split("\n\n")[0].split())
