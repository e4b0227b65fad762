"""Late fees: each once, of what was open and no more than its warning named, and never of an invoice that is settled.

What was named is read in the mail itself; what a percentage comes to is counted here anew, from the ledger.
"""

from collections import Counter
from collections.abc import Iterator

from adapters.templates.locale import writing
from dunning.case.announced import Announced
from dunning.case.case import Case
from dunning.case.ledger import FEES, Entry, Kind, balance
from dunning.money import Money
from dunning.policy.fee import Fee
from dunning.policy.step_names import read
from dunning.undo.undo import struck_out
from tests.chaos.seen import Seen


def fees(seen: Seen) -> list[str]:
    """Everything that is wrong with the late fees of a life."""
    found: list[str] = []
    for number, case in seen.cases.items():
        found += _more_than_once(number, case)
        for place, entry in enumerate(case.entries):
            if entry.kind is Kind.LATE_FEE:
                what = f"{number}: {entry.id} of {entry.amount}"
                found += [f"{what} {wrong}" for wrong in _wrong(seen, case, entry, case.entries[:place])]
    return found


def _more_than_once(number: str, case: Case) -> list[str]:
    """A fee of a run that was undone is waived, and may come again."""
    booked = (e for e in case.entries if e.kind is Kind.LATE_FEE and not struck_out(case, e))
    times = Counter(read(entry.id).milestone for entry in booked)
    return [f"{number} has {name} {count} times" for name, count in times.items() if count > 1]


def _wrong(seen: Seen, case: Case, entry: Entry, before: tuple[Entry, ...]) -> Iterator[str]:
    currency = case.balance.currency
    if balance(before, currency).minor <= 0:
        yield "was booked when nothing was owed"
    if _is_void(before):
        yield "was booked when the invoice was void"
    milestone = case.plan.milestone(read(entry.id).milestone)
    if milestone is None or milestone.fee is None:
        yield "is of no milestone of the plan"
        return
    most = _most(milestone.fee, _without_fees(before, currency))
    if entry.amount.minor > most:
        yield f"is more than the {Money(minor=most, currency=currency)} that its policy asks for"
    if milestone.fee.minimum and entry.amount < milestone.fee.minimum:
        yield f"is less than the {milestone.fee.minimum} that its policy asks for"
    named = _named(seen, case, milestone.name, entry)
    if named is None or named.fee is None:
        yield "was named by no mail before it"
    elif named.fee < entry.amount or named.at > entry.at:
        yield f"was announced as {named.fee} on {named.at:%F}, and came on {entry.at:%F}"


def _is_void(before: tuple[Entry, ...]) -> bool:
    kinds = Counter(entry.kind for entry in before)
    return kinds[Kind.VOID] > kinds[Kind.UNVOIDED]


def _without_fees(before: tuple[Entry, ...], currency: str) -> int:
    """What is open of the invoice itself, in minor units: what was paid pays that before it pays fees."""
    booked = {entry.id: entry.amount.minor for entry in before if entry.kind in FEES}
    waived = sum(entry.amount.minor for entry in before if entry.kind is Kind.WAIVER and entry.of in booked)
    return max(0, balance(before, currency).minor - sum(booked.values()) + waived)


def _most(fee: Fee, base: int) -> int:
    """In minor units, by the words of docs/policies.md."""
    if fee.amount:
        return fee.amount.minor
    if base == 0:
        return 0
    share = (base * fee.basis_points * 2 + 10_000) // 20_000
    share = max(share, fee.minimum.minor) if fee.minimum else share
    return min(share, fee.maximum.minor) if fee.maximum else share


def _named(seen: Seen, case: Case, step: str, entry: Entry) -> Announced | None:
    """What the last mail before it said of it that arrived; None without one that says it in its own words.

    The last to arrive: a closed case that goes on has a virtual clock that begins anew.
    """
    said = None
    copies = {copy.message_id: copy for copy in seen.notices if copy.invoice == case.invoice.number}
    for mail in seen.mails:
        copy = copies.get(mail.message_id)
        announced = copy.announced.of(step) if copy and copy.announced else None
        if copy and announced and copy.at < entry.at:
            said = announced if _sentence(case, announced) in " ".join(mail.text.split()) else None
    return said


def _sentence(case: Case, said: Announced) -> str:
    reader = writing("en_US", case.plan.zone, "")
    of = f" of {reader.money(said.fee or Money.zero(case.balance.currency))}"
    return f"A late fee{of} will be added to your balance on {reader.local_day(said.at)}."
