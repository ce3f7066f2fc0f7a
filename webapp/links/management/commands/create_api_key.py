"""Creates an API key for a user and prints it, for the only time."""

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from links.keys import create_key
from links.models import ApiKey


class Command(BaseCommand):
    help = "Create an API key for a user and print it, for the only time."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--name", default="unnamed", help="what the key is for")

    def handle(self, *_args: Any, username: str, name: str, **_options: Any) -> None:
        longest = ApiKey._meta.get_field("name").max_length  # noqa: SLF001  public in spite of its name
        if longest and len(name) > longest:
            raise CommandError(f"The name is {len(name)} characters long; at most {longest} fit.")
        owner = User.objects.filter(username=username).first()
        if owner is None:
            raise CommandError(f"There is no user {username!r}. Create one with: manage.py create_user {username}")
        self.stdout.write(create_key(owner, name))
