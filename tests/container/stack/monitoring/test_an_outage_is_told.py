"""When Redis really stops: is the right alert pending, then firing within its time, and over when Redis is back?"""

from testkit import wait
from testkit.prometheus import Prometheus
from tests.container.stack.monitoring.conftest import PATIENCE
from tests.container.stack.monitoring.pace import shortened
from tests.container.stack.monitoring.written import ALERTS
from tests.container.stack.running import Stack

(REDIS_AWAY,) = [alert for alert in ALERTS if alert.name == "RedisAway"]
# Seconds, at the tests' pace, beyond its `for`: a scrape, an evaluation, and the exporter's own time-out.
NOTICED = 30


def state(prometheus: Prometheus, wanted: str | None, within: float) -> None:
    """Wait until the alert is in this state, None for inactive."""

    def probe() -> bool | wait.NotYet:
        found = prometheus.alerts()
        return found.get("RedisAway") == wanted or wait.NotYet(f"alerts: {found}")

    wait.until(probe, within, every=0.1, why=f"RedisAway to be {wanted or 'over'}")


def test_redis_stopped_is_pending_then_firing_then_over(watched: Stack, prometheus: Prometheus) -> None:
    """Red: an outage wakes nobody, or goes on waking people when it has ended."""
    prometheus.wait_until_all_up(PATIENCE)
    redis = watched.container("redis")
    redis.stop()
    try:
        state(prometheus, "pending", NOTICED)
        state(prometheus, "firing", shortened(REDIS_AWAY.text["for"]) + NOTICED)
        firing = set(prometheus.alerts())
        assert "MySQLAway" not in firing, f"MySQL is there, and yet: {sorted(firing)}"
        assert "TargetDown" not in firing, f"the exporter is there, and yet: {sorted(firing)}"
    finally:
        redis.start()
    state(prometheus, None, NOTICED + shortened("1m"))
