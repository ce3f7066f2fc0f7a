"""What the app measures about itself, in one place, so that a dashboard's author reads one file.

Names follow the Prometheus conventions (base units, ``_total`` for counters). No label takes its value from a request:
a slug, a target or an address as a label would grow without bound and would put people's links into the monitoring.
"""

from prometheus_client import Counter, Gauge, Histogram

REDIRECTS = Counter("strata_redirects_total", "Answers to GET /{slug}, by outcome.", ["outcome"])
LINKS_CREATED = Counter("strata_links_created_total", "Links created, by the way they came.", ["via"])
LOOKUPS = Counter("strata_link_cache_lookups_total", "Link look-ups, by what the cache knew.", ["result"])
UNKNOWN_FATE = Counter(
    "strata_redis_unknown_fate_total",
    "Counting commands that Redis may or may not have carried out: the slack in answered <= stored <= attempted.",
)
RATE_LIMITED = Counter("strata_rate_limited_total", "Requests refused with 429, by limit.", ["limit"])
# Per process without Redis: an operator must see that limits are then as many times higher as there are processes.
LIMITER_SHARED = Gauge(
    "strata_rate_limiter_shared", "1 while all processes share one rate limit.", multiprocess_mode="livemin"
)
FAILED_CALLS = Counter(
    "strata_failed_calls_total", "Calls that a store refused or did not answer, by store.", ["store"]
)
BREAKER_OPEN = Gauge(
    "strata_breaker_open", "1 while a store is treated as away.", ["store"], multiprocess_mode="livemax"
)
REQUEST_SECONDS = Histogram(
    "strata_http_request_duration_seconds",
    "Time to answer, by kind of request and class of status.",
    ["kind", "status"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
BUILD = Gauge("strata_build_info", "Always 1; the version is the label.", ["version"], multiprocess_mode="livemax")
