"""Does a node's containerd ask the scratch registry, and nobody else, for what was pushed to it?"""

import tomllib

from testkit.kube.registry import HOST, hosts_toml


def test_containerd_asks_the_registry_alone() -> None:
    """Red: an image that is not in the registry is looked for on the internet, where anybody may have put one."""
    told = tomllib.loads(hosts_toml("172.18.0.3"))
    assert told == {
        "server": "http://172.18.0.3:5000",
        "host": {"http://172.18.0.3:5000": {"capabilities": ["pull", "resolve"]}},
    }


def test_the_registry_has_a_name_that_nobody_owns() -> None:
    """Red: manifests name a host of the internet; `internal` is reserved for private use."""
    assert HOST.endswith(".internal")
