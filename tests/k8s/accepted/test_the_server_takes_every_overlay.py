"""Does the real API server take every overlay, without a warning, where `restricted` is enforced?"""

import copy
from collections.abc import Callable

import pytest

from testkit.kube.kubectl import KubectlFailed
from tests.k8s.support.overlays import OVERLAYS
from tests.k8s.support.trial import Trial


@pytest.mark.parametrize("name", OVERLAYS)
def test_every_object_is_taken(trial: Callable[[str], Trial], name: str) -> None:
    """Red: the deployment stops half-way, at a field that is misspelt, forbidden, or gone from this Kubernetes."""
    overlay = trial(name)
    try:
        overlay.apply(*overlay.manifests)
    except KubectlFailed as refused:
        raise AssertionError(f"the overlay {name} is refused: {refused}") from None


@pytest.mark.parametrize("name", OVERLAYS)
def test_every_pod_is_let_in(trial: Callable[[str], Trial], name: str) -> None:
    """Red: the deployment is taken and no pod ever appears; only an event of its ReplicaSet says why."""
    overlay = trial(name)
    try:
        overlay.apply(*overlay.pods())
    except KubectlFailed as refused:
        raise AssertionError(f"a pod of the overlay {name} is refused: {refused}") from None


def test_a_pod_that_asks_for_more_is_refused(trial: Callable[[str], Trial]) -> None:
    """Red: the two tests above prove nothing, as this server lets in whatever is asked for."""
    overlay = trial("local")
    pod = copy.deepcopy(overlay.pods()[0])
    pod["spec"]["securityContext"].pop("runAsNonRoot")
    with pytest.raises(KubectlFailed) as refused:
        overlay.apply(pod)
    said = refused.value.stderr
    assert "violates PodSecurity" in said, f"refused, but not by Pod Security: {said}"
    assert "runAsNonRoot" in said, f"the refusal does not say which field is wrong: {said}"


def test_a_warning_is_a_refusal(trial: Callable[[str], Trial]) -> None:
    """Red: a warning that the next Kubernetes turns into an error goes by unseen."""
    overlay = trial("local")
    deployment = copy.deepcopy(overlay.manifests.one("Deployment", "webapp"))
    deployment["spec"]["template"]["spec"]["hostNetwork"] = True
    with pytest.raises(KubectlFailed) as refused:
        overlay.apply(deployment)
    said = refused.value.stderr
    assert "Warning" in said, f"refused, but not for a warning: {said}"
    assert "hostNetwork" in said, f"the warning is not about the field that is wrong: {said}"
