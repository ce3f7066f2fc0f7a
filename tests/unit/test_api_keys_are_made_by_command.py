"""Does `manage.py create_api_key` print a key that works, once, and say what is wrong otherwise?"""

from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from links.models import ApiKey
from tests.unit.support.clients import Program


def test_the_key_is_printed_alone_and_works(owner: User) -> None:
    """If red, `KEY=$(manage.py create_api_key ada)` holds more than the key, or a key that opens nothing."""
    printed = StringIO()
    call_command("create_api_key", "ada", "--name", "deploys", stdout=printed)
    key = printed.getvalue().removesuffix("\n")
    status = Program(key).get("/links").status_code
    assert status == 200, f"what was printed, used as a key, is answered with {status}"
    assert (ApiKey.objects.get().owner, ApiKey.objects.get().name) == (owner, "deploys")


def test_each_call_makes_another_key(owner: User) -> None:
    """If red, a second program gets the first one's key, and revoking one revokes both."""
    printed = [StringIO(), StringIO()]
    for output in printed:
        call_command("create_api_key", "ada", stdout=output)
    assert printed[0].getvalue() != printed[1].getvalue()
    assert all(Program(output.getvalue().strip()).get("/links").status_code == 200 for output in printed)


@pytest.mark.django_db
def test_an_unknown_user_is_named() -> None:
    """If red, a typing mistake ends in a traceback, or makes a key that belongs to nobody."""
    with pytest.raises(CommandError, match=r"no user 'bob'.*create_user bob"):
        call_command("create_api_key", "bob")
    assert not ApiKey.objects.exists()


def test_a_name_that_does_not_fit_is_refused() -> None:
    """If red, MySQL answers with a traceback where SQLite stored the name."""
    most = ApiKey._meta.get_field("name").max_length or 0
    with pytest.raises(CommandError, match=f"{most + 1} characters long; at most {most}"):
        call_command("create_api_key", "ada", "--name", "x" * (most + 1))
