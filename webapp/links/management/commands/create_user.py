"""Creates a person's account with a random password and prints it, for the only time."""

import secrets
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Create an account with a random password and print the password, for the only time."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")

    def handle(self, *_args: Any, username: str, **_options: Any) -> None:
        if User.objects.filter(username=username).exists():
            raise CommandError(
                f"{username!r} exists. To give them a new password: manage.py changepassword {username}"
                " (it asks for one: kubectl exec needs -it then, docker compose exec no -T)"
            )
        password = secrets.token_urlsafe(12)
        User.objects.create_user(username, password=password)
        self.stdout.write(password)
