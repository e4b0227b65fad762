"""What a company's own subscription paid: where it lies, that no charge stands shortly before it, and what people hear.

Looked up in the company's own books, and by what it said of the next payment and when.
"""

from collections.abc import Iterator
from datetime import timedelta

from dunning.case.ledger import MONEY_IN
from dunning.records.credit import UNMATCHED, late_line
from dunning.tickets.kind import TicketKind
from tests.chaos.doors import usd
from tests.chaos.exempt import BEFORE_ALL
from tests.chaos.seen import Seen
from tests.chaos.told import Expected, Sale

SHOWS = timedelta(days=1)
"""So long after its time a payment is waited for."""
SLOW = timedelta(minutes=30)
"""What had begun may be done a little later."""


def by_processor(seen: Seen) -> list[str]:
    """Everything that is wrong with it."""
    drawn = seen.life.drawn.processor
    if drawn is None:
        return []
    found = [f"{each.id} {wrong}" for each in seen.life.told.sales for wrong in _places(seen, each)]
    found += [wrong for each in seen.life.told.expected for wrong in _charged_beside(seen, each)]
    stopped = [each for each in seen.tickets if each.kind is TicketKind.PROCESSOR_ENDED]
    if len(stopped) != seen.life.told.stopped:
        found.append(f"its subscription stopped {int(seen.life.told.stopped)} times, and {len(stopped)} tickets say so")
    return found


def net(seen: Seen) -> int:
    """What the company brought beyond the gateway's journal and keeps here, in minor units.

    What is given back of credit stays credit, until a person takes it off: a ticket tells of it.
    """
    drawn, paypal, kept = seen.life.drawn.processor, 0, 0
    for sale in seen.life.told.sales:
        paypal += 0 if sale.back else sale.minor
        if _is_ahead(seen, sale):
            went = [line.amount for line in seen.payments.journal if line.payment == sale.id and line.kind != "charge"]
            kept += sale.minor if sale.back and drawn and drawn.company == "paypal" else -sum(went)
    return kept + (paypal if drawn and drawn.company == "paypal" else 0)


def _is_ahead(seen: Seen, sale: Sale) -> bool:
    return any(line.id == f"processor:{sale.id}" for line in seen.credits)


def _places(seen: Seen, sale: Sale) -> Iterator[str]:
    """On one invoice, or credit, once; nowhere when it had been given back before anybody saw it."""
    cases = seen.cases.items()
    paid = [(number, e) for number, case in cases for e in case.entries if e.id == sale.id and e.kind in MONEY_IN]
    late = {late_line(number, sale.id) for number in (*seen.cases, UNMATCHED)}
    lines = [line for line in seen.credits if line.id in late]
    ahead = _is_ahead(seen, sale)
    if len(paid) + ahead > 1:
        yield f"counts {len(paid) + ahead} times: {[number for number, _ in paid]}{', and ahead' * ahead}"
    if not paid and not ahead and not lines and not sale.back:
        yield "came, and no books have it"
    if any(entry.amount != usd(sale.minor) for _, entry in paid):
        yield f"of {sale.minor} counts as {[str(entry.amount) for _, entry in paid]}"
    if ahead and sale.back and not any(each.kind is TicketKind.PROCESSOR_REFUNDED for each in seen.tickets):
        yield "was credit and went back, and no ticket says so"


def _charged_beside(seen: Seen, said: Expected) -> Iterator[str]:
    """A charge of the plan in the days before a payment that the policy waits for, while the company said so."""
    if said.at is None or _may_be_unheard(seen):
        return
    for number, case in seen.cases.items():
        waits = case.plan.awaits
        since = max(said.since.get(number, BEFORE_ALL), said.at - timedelta(days=waits.days)) + SLOW
        over = said.until.get(number, BEFORE_ALL) if said.until else said.at + SHOWS
        until = min(over, said.at + SHOWS)
        for attempt in () if case.replans or not waits.days else case.attempts:
            charged = attempt.kind != "no_method" and case.plan.milestone(attempt.step)
            if charged and since < attempt.began < attempt.began + SLOW < until:
                yield f"{number}: {attempt.step} on {attempt.began:%F %H:%M}, though a payment was near ({said.at:%F})"


def _may_be_unheard(seen: Seen) -> bool:
    """Stripe may have been away when it said so: then what it said last holds."""
    return seen.life.drawn.processor is None or seen.life.drawn.processor.company != "paypal"
