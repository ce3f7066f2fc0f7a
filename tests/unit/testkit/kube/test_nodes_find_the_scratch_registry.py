"""Does a node's containerd ask the scratch registry, and nobody else, for what was pushed to it?"""

import tomllib

from testkit.kube.registry import HOST, Login, hosts_toml


def test_containerd_asks_the_registry_alone() -> None:
    """Red: an image that is not in the registry is looked for on the internet, where anybody may have put one."""
    told = tomllib.loads(hosts_toml("172.18.0.3"))
    assert told == {
        "server": "http://172.18.0.3:5000",
        "host": {"http://172.18.0.3:5000": {"capabilities": ["pull", "resolve"]}},
    }


def test_containerd_knows_the_password() -> None:
    """Red: a registry that lets nobody in lets the node not in either, and no pod starts."""
    told = tomllib.loads(hosts_toml("172.18.0.3", Login("pusher", "s3cret")))
    assert told["host"]["http://172.18.0.3:5000"]["header"] == {"authorization": "Basic cHVzaGVyOnMzY3JldA=="}


def test_the_registry_is_given_no_password_in_plain_text() -> None:
    """Red: `docker inspect`, and whoever gets into the container, reads the password of whoever pushes."""
    login = Login("pusher", "s3cret")
    user, _, hashed = login.htpasswd().strip().partition(":")
    assert user == "pusher"
    assert hashed.startswith("$2b$"), f"the registry takes bcrypt alone: {hashed}"
    assert "s3cret" not in hashed + repr(login), "the password can be read"


def test_the_registry_has_a_name_that_nobody_owns() -> None:
    """Red: manifests name a host of the internet; `internal` is reserved for private use."""
    assert HOST.endswith(".internal")
