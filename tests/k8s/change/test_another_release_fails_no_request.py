"""Another release is rolled out, and the one before it comes back: does a visitor notice?"""

from tests.k8s.support.journey import Journey

WHY = (
    "see how a pod ends and begins in deploy/kustomize/base/webapp.yaml, and DrainingWorker in webapp/config/server.py"
)


def test_a_rolling_update_fails_no_request(journey: Journey) -> None:
    """Red: each release costs visitors their redirects."""
    journey.there.assert_none_failed(f"during a rolling update; {WHY}")


def test_a_rollback_fails_no_request(journey: Journey) -> None:
    """Red: going back from a bad release makes a second outage of it."""
    journey.back.assert_none_failed(f"while the previous release came back; {WHY}")


def test_the_running_app_says_which_release_it_is(journey: Journey) -> None:
    """Red: a deployment is reported as done while the old code serves, or the pipeline's smoke test cannot know."""
    told = [journey.before, journey.between, journey.after]
    wanted = [journey.before, journey.wanted, journey.before]
    assert told == wanted, f"before, after the update and after the rollback the app said {told}, not {wanted}"
