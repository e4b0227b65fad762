"""What an invoice is for: its case keeps it, and the mail that issues it lists it; no other mail of it does."""

from collections.abc import Iterator

from adapters.templates.locale import writing
from dunning.money import Money
from dunning.policy.plan import Action
from tests.chaos.life import lines_of
from tests.chaos.seen import Seen

SAYS = "This invoice is for:"


def lines(seen: Seen) -> list[str]:
    """Everything that is wrong with it; of renewals `renewals` says more."""
    drawn = [number for number in seen.cases if number not in seen.life.renewed]
    return [f"{number} {wrong}" for number in drawn for wrong in _wrong(seen, number)]


def _wrong(seen: Seen, number: str) -> Iterator[str]:
    case, wanted = seen.cases[number], lines_of(seen.drawn(number))
    if (kept := [(each.text, each.amount.minor) for each in case.invoice.lines]) != wanted:
        yield f"is for {wanted}, and its case has {kept}"
    reader = writing("en_US", case.plan.zone, "")
    money = [reader.money(Money(minor=minor, currency="USD")) for _, minor in wanted]
    words = f"{SAYS} " + ", ".join(f"{text} ({amount})" for (text, _), amount in zip(wanted, money, strict=True))
    texts = [" ".join(copy.content.text.split()) for copy in seen.notices if copy.invoice == number]
    issued = [done for done in case.done if done.kind == "delivered" and done.action is Action.ISSUE]
    told = [text for text in texts if SAYS in text]
    if told and not wanted:
        yield "is for nothing that anybody named, and a mail lists it"
    if any(words not in text for text in told):
        yield f"has a mail that does not say {words!r}"
    if wanted and issued and not told:
        yield "was issued, and no mail says what it is for"
