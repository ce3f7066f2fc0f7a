"""Does an edit of Terraform code change exactly the block or attribute at its address?"""

from pathlib import Path
from typing import Any

import pytest

from testkit.faults.edits import hcl
from testkit.faults.errors import EditError

SOURCE = """\
# resource "aws_subnet" "ghost" { }
/* a { in a comment */
locals {
  name = "a-${var.env == "x" ? "}" : "{"}-b" // brace
  user = <<-EOT
    } not the end
    EOT
}

resource "aws_subnet" "private" {
  for_each = { for z in var.zones : z => z }

  vpc_id                  = aws_vpc.main.id
  map_public_ip_on_launch = false # never
  tags = {
    Name = "private"
  }
}

resource "aws_security_group" "nodes" {
  ingress {
    from_port = 443
  }

  ingress {
    from_port = 22
  }
}

variable "zones" { type = list(string) }
"""

PRIVATE = "resource.aws_subnet.private"
NODES = "resource.aws_security_group.nodes"
HEREDOC = SOURCE[SOURCE.index("<<-") : SOURCE.index("}\n\nres")]


@pytest.mark.parametrize(
    ("edit", "before", "after"),
    [
        ({"address": PRIVATE, "attribute": "map_public_ip_on_launch", "set": True}, "= false #", "= true #"),
        ({"address": PRIVATE, "attribute": "vpc_id", "set": "var.vpc"}, "aws_vpc.main.id", "var.vpc"),
        ({"address": PRIVATE, "attribute": "map_public_ip_on_launch", "delete": True},
         "  map_public_ip_on_launch = false # never\n", ""),
        ({"address": PRIVATE, "attribute": "tags", "delete": True}, '  tags = {\n    Name = "private"\n  }\n', ""),
        ({"address": PRIVATE, "attribute": "cidr", "set": "each.key"}, '"private"\n  }\n',
         '"private"\n  }\n  cidr = each.key\n'),
        ({"address": f"{NODES}.ingress[1]", "attribute": "from_port", "set": 80}, "= 22", "= 80"),
        ({"address": f"{NODES}.ingress[0]", "delete": True},
         "  ingress {\n    from_port = 443\n  }\n", ""),
        ({"address": "locals", "attribute": "user", "set": '"x"'}, HEREDOC, '"x"\n'),
        ({"address": "variable.zones", "delete": True}, 'variable "zones" { type = list(string) }\n', ""),
        ({"address": NODES, "append": "egress {\n  to_port = 0\n}"},
         "= 22\n  }\n}", "= 22\n  }\n  egress {\n    to_port = 0\n  }\n}"),
        ({"append": 'output "x" { value = 1 }'}, "list(string) }\n", 'list(string) }\n\noutput "x" { value = 1 }\n'),
    ],
    ids=["keeps the comment", "expression", "delete attribute", "delete map", "new attribute", "nested by index",
         "delete nested block", "here-document", "delete block", "append to block", "append to file"],
)  # fmt: skip
def test_it_changes_there_and_nowhere_else(edit: dict[str, Any], before: str, after: str) -> None:
    """Otherwise a fault brings others with it, and the wrong one is caught."""
    assert SOURCE.count(before) == 1, f"the test's own text {before!r} is not unique"

    result = hcl.apply(SOURCE, edit)

    assert result == SOURCE.replace(before, after), result


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        ({"address": "resource.aws_subnet.ghost", "delete": True}, "there is no block resource.aws_subnet.ghost"),
        ({"address": f"{NODES}.ingress", "delete": True}, "fits 2 blocks .* add an index"),
        ({"address": f"{NODES}.ingress[2]", "delete": True}, "only 2 such blocks"),
        ({"address": PRIVATE, "attribute": "cidr", "delete": True}, "has no attribute cidr"),
        ({"address": "", "delete": True}, "cannot be read"),
    ],
)
def test_it_refuses_to_guess(edit: dict[str, Any], reason: str) -> None:
    """Otherwise an edit lands somewhere, and its verdict is about something else."""
    with pytest.raises(EditError, match=reason):
        hcl.apply(SOURCE, edit)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("locals {\n  a = 1\n", "line 3: a { is not closed"),
        ("locals {\n}\n}\n", "line 3: a } closes nothing"),
        ('a = "x\n', "line 1: a string is not closed"),
        ("a = [1\n", r"line 1: a \[ is not closed"),
        ("a = <<EOT\nx\n", "line 1: a here-document has no end"),
        ("a =\n", "line 1: a has no value"),
        ("a ] {}\n", "line 1: here a name"),
    ],
)
def test_broken_text_is_refused(monkeypatch: pytest.MonkeyPatch, source: str, reason: str) -> None:
    """Otherwise a file that Terraform cannot read counts as a mistake that a test caught."""
    monkeypatch.setenv("PATH", "")

    with pytest.raises(EditError, match=reason):
        hcl.parse(source)


def test_where_terraform_is_installed_it_has_the_last_word(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Otherwise an edit that only our small parser accepts counts as a mistake that a test caught."""
    terraform = tmp_path / "terraform"
    terraform.write_text("#!/bin/sh\necho 'Error: Invalid expression' >&2\nexit 2\n")
    terraform.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    with pytest.raises(EditError, match="Invalid expression"):
        hcl.parse("a = 1 +\n")
