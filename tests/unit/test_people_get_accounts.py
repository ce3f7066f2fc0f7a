"""Can an operator make an account without choosing, typing or storing a password?"""

import io

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command

pytestmark = pytest.mark.django_db


def create_user(name: str) -> str:
    out = io.StringIO()
    call_command("create_user", name, stdout=out)
    return out.getvalue().strip()


def test_the_printed_password_works() -> None:
    """If red, the first person cannot sign in to a new stack."""
    assert authenticate(username="ada", password=create_user("ada")), "the printed password is not the account's"


def test_passwords_are_random() -> None:
    """If red, every stack has the same first account."""
    assert create_user("ada") != create_user("grace")


def test_an_account_is_never_taken_over() -> None:
    """If red, running the command twice locks its owner out."""
    create_user("ada")
    with pytest.raises(CommandError, match=r"'ada' exists.*changepassword ada"):
        create_user("ada")
