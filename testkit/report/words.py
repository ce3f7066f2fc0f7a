"""Numbers, times and long texts as people read them."""

SHORT = 300
"""Characters of a sentence in a list."""


def several(number: int, noun: str) -> str:
    """Return `1 test`, `1,086 tests`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def time(seconds: float) -> str:
    """Return `0.21 s`, `41 s`, `2 min 5 s`."""
    if seconds < 10:
        return f"{seconds:.2f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def ago(seconds: float) -> str:
    """Return how much earlier something was, roughly: `3 hours`, `2 days`."""
    for size, noun in ((86_400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            return several(int(seconds // size), noun)
    return several(int(seconds), "second")


def start(text: str, longest: int = SHORT) -> str:
    """Return the text, cut to its beginning."""
    return text if len(text) <= longest else text[:longest].rstrip() + " …"


def end(text: str, longest: int) -> str:
    """Return the text, cut to its end: there a traceback says what happened."""
    return text if len(text) <= longest else f"… {len(text) - longest:,} characters left out …\n{text[-longest:]}"
