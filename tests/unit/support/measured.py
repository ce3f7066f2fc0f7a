"""What the app has measured about itself since the test began."""

from typing import Any

from prometheus_client import REGISTRY, Counter

from ops import metrics


def metric_value(name: str, **labels: str) -> float:
    """The sample's value; 0 for one that was never touched. A counter's name ends in `_total`."""
    return REGISTRY.get_sample_value(name, labels) or 0.0


def reset_counters() -> None:
    """Sets the app's counters back to zero. They are not removed: the app holds on to its labelled children."""
    for metric in vars(metrics).values():
        if isinstance(metric, Counter):
            children: Any = metric._metrics.values() if metric._labelnames else [metric]
            for child in list(children):
                child.reset()
