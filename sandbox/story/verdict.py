"""Whether a story ended as its file says."""

from collections.abc import Iterator

from dunning.rules.state_at import state_at
from sandbox.story.play import Life
from sandbox.story.story import Charges, Ends


def differences(life: Life) -> tuple[str, ...]:
    """What differs from the story's own end, a line each; empty when all fits."""
    wanted, seen = life.story.ends, seen_end(life)
    refused = (f"refused: {told.what}: {told.refused}" for told in life.told if told.refused)
    return (*_differing(wanted, seen), *refused)


def _differing(wanted: Ends, seen: Ends) -> Iterator[str]:
    for name in Ends.model_fields:
        want, got = getattr(wanted, name), getattr(seen, name)
        if want is not None and want != got:
            yield f"{name}: expected {_words(want)}, got {_words(got)}"


def seen_end(life: Life) -> Ends:
    """How it really ended, in the words of a story's file."""
    statuses = [charge.status for charge in life.charges]
    return Ends.model_validate(
        {
            "outcome": life.outcome or "open",
            "state": state_at(life.case, life.now),
            "level": life.case.level,
            "charges": Charges(succeeded=statuses.count("succeeded"), declined=statuses.count("declined")),
            "mails": [mail.subject for mail in life.mails],
            "panel": [change.after for change in life.panel],
            "balance": str(life.case.balance),
            "credits": [str(credit.amount) for credit in life.credits],
        }
    )


def _words(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "none"  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    return f"{value}"
