"""What is to be opened, and what became of it, for whoever gives many invoices at once."""

from dataclasses import dataclass, field
from typing import NamedTuple

from dunning.policy.file import Policy
from operations.invoices.new_invoice import NewInvoice
from operations.invoices.open_invoice import Opening, Outcome


class Checked(NamedTuple):
    """An invoice that may be opened. `place` is where it stands in the list or file of whoever asks."""

    place: int
    new: NewInvoice
    policy: Policy


class Failed(NamedTuple):
    """An invoice that could not be opened, and why. After an outage it is safe to ask for it again."""

    place: int
    invoice: str
    reason: str


class Differing(NamedTuple):
    """An invoice that says something otherwise than it is known: its names, as in a file."""

    place: int
    invoice: str
    differs: tuple[str, ...]


@dataclass
class OpenedMany:
    """What became of them. `refused` cannot be opened and left nothing.

    `inside` are accounts without an address outside of what we host for them; `differing` say something otherwise than
    it is known, which stays as it is. `unheard`: no worker seems to be there.
    """

    opened: dict[Outcome, list[str]] = field(
        default_factory=lambda: {"started": [], "already running": [], "already closed": []}
    )
    refused: list[Failed] = field(default_factory=list[Failed])
    failed: list[Failed] = field(default_factory=list[Failed])
    inside: set[str] = field(default_factory=set[str])
    differing: list[Differing] = field(default_factory=list[Differing])
    unheard: bool = False

    def note(self, each: Checked, opening: Opening) -> None:
        """What became of one; the last look at an account counts."""
        new = each.new
        self.opened[opening.outcome].append(new.invoice)
        if opening.differs:
            self.differing.append(Differing(each.place, new.invoice, opening.differs))
        if opening.reach == "inside":
            self.inside.add(new.account)
        elif opening.reach:
            self.inside.discard(new.account)
