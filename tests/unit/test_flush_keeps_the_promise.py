"""Does `answered <= stored <= attempted + unknown fate` hold, whatever happens in whatever order?

Hypothesis plays visitors, flushers, kills and outages against each other; at the end of each story everything comes
back, the queues are drained, and the counts are compared.
"""

from contextlib import ExitStack, suppress
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from redis.exceptions import RedisError

from links import flush, redirects
from links.models import AppliedBatch, DailyClicks, Hit, Link
from tests.unit.support.clock import Clock
from tests.unit.support.crashes import crash_at
from tests.unit.support.fake_redis import Redis
from tests.unit.support.fresh import forget_everything
from tests.unit.support.measured import metric_value
from tests.unit.support.outages import database_away

SLUGS = ("spring", "autumn")


class Story(RuleBasedStateMachine):
    """One story. The class attributes are set by the test, since Hypothesis makes the instances."""

    redis: Redis
    clock: Clock
    owner: User

    @initialize()
    def begin(self) -> None:
        self.redis.restart(keep_data=False)
        forget_everything()
        for model in (Hit, AppliedBatch, DailyClicks, Link):
            model.objects.all().delete()
        for slug in SLUGS:
            Link.objects.create(owner=self.owner, slug=slug, target="https://example.org/")
        self.answered = self.attempted = 0
        self.outage = ExitStack()
        self.database_is_away = False

    @rule(slug=st.sampled_from(SLUGS), times=st.integers(1, 3))
    def visit(self, slug: str, times: int) -> None:
        for _ in range(times):
            self.attempted += 1
            self.answered += redirects.follow(slug).outcome == "found"

    @rule(dies_at=st.none() | st.integers(0, 25))
    def flush_redis(self, dies_at: int | None) -> None:
        self._flush(flush.flush_redis, dies_at)

    @rule(dies_at=st.none() | st.integers(0, 12))
    def flush_hits(self, dies_at: int | None) -> None:
        self._flush(flush.flush_hits, dies_at)

    @rule(applied=st.booleans(), kind=st.sampled_from(["hang", "cut", "refuse", "OOM", "restart"]))
    def disturb_redis(self, applied: bool, kind: str) -> None:
        match kind:
            case "hang":
                self.redis.hang(applied=applied)
            case "cut":
                self.redis.cut(applied=applied)
            case "refuse":
                self.redis.refuse()
            case "OOM":
                self.redis.answer("OOM command not allowed when used memory > 'maxmemory'.")
            case _:
                self.redis.restart()

    @rule()
    def redis_is_back(self) -> None:
        self.redis.recover()

    @precondition(lambda self: not self.database_is_away)
    @rule()
    def database_goes(self) -> None:
        self.outage.enter_context(database_away())
        self.database_is_away = True

    @precondition(lambda self: self.database_is_away)
    @rule()
    def database_is_back(self) -> None:
        self.outage.close()
        self.database_is_away = False

    @rule(seconds=st.sampled_from([0.5, 1.0, 5.0]))
    def time_passes(self, seconds: float) -> None:
        self.clock.advance(seconds)
        # Entries age by the wall clock, which stands still here: they are aged instead.
        for slug in SLUGS:
            if seconds > 4 and self.redis.data.exists(f"strata:link:{slug}"):
                self.redis.data.hset(f"strata:link:{slug}", "fresh", 0)

    def teardown(self) -> None:
        self.outage.close()
        self.redis.recover()
        self.clock.advance(60)
        flush.flush_redis()
        flush.flush_hits()
        stored = sum(DailyClicks.objects.values_list("count", flat=True))
        unknown = metric_value("strata_redis_unknown_fate_total")
        assert self.answered <= stored, f"{self.answered} visits were answered, only {stored} are stored"
        assert stored <= self.attempted + unknown, (
            f"{stored} visits are stored, {self.attempted} were tried, {unknown:.0f} commands were of unknown fate"
        )

    def _flush(self, fold: Any, dies_at: int | None) -> None:
        with suppress(RedisError, DatabaseError):
            if dies_at is None:
                fold()
            else:
                with crash_at(self.redis, dies_at):
                    fold()


@pytest.fixture
def story(redis: Redis, clock: Clock, owner: User) -> type[Story]:
    Story.redis, Story.clock, Story.owner = redis, clock, owner
    return Story


@pytest.mark.django_db(transaction=True)
def test_whatever_happens(story: type[Story]) -> None:
    """If red, there is a sequence of outages and kills, printed below, that loses visits or invents some."""
    # To shrink a story of outages takes minutes, in which nobody learns that it failed.
    phases = [phase for phase in Phase if phase not in {Phase.shrink, Phase.explain}]
    run_state_machine_as_test(story, settings=settings(max_examples=40, stateful_step_count=30, phases=phases))
