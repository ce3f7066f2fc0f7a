"""The three verdicts, and what a rule has found."""

from dataclasses import dataclass
from enum import IntEnum


class Verdict(IntEnum):
    """The exit codes: 1 and 2 are left to Python and to wrong arguments."""

    OK = 0
    NEEDS_APPROVAL = 3
    REFUSED = 4

    @property
    def words(self) -> str:
        return self.name.lower().replace("_", " ")


@dataclass(frozen=True)
class Finding:
    """What a rule says of an address, or of the plan as a whole (address "").

    verdict: what it would be without an override.
    what: this case; no value that the plan masks is in it.
    reason: why the rule exists.
    allowed: somebody has answered for it on the command line: it needs approval still, and is not refused.
    """

    rule: str
    verdict: Verdict
    address: str
    attribute: str
    what: str
    reason: str
    section: str
    allowed: bool = False

    @property
    def counts_as(self) -> Verdict:
        return min(self.verdict, Verdict.NEEDS_APPROVAL) if self.allowed else self.verdict

    def __str__(self) -> str:
        return ": ".join(filter(None, [self.address, self.attribute, self.what]))
