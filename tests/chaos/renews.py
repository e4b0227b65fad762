"""A life's subscription: its renewals become invoices of the life, each once; people pay, change, pause and end it."""

from collections import Counter
from datetime import timedelta
from typing import Any

from dunning.line import Line
from dunning.subscriptions.renewals import Renewal
from dunning.subscriptions.subscription import Cancel, Pause
from operations.subscriptions.changes import Wanted
from tests.chaos.doors import bank_payment, usd
from tests.chaos.drawn import Act
from tests.chaos.life import Life
from tests.chaos.seen import Seen

WHO: dict[str, Any] = {"by": "ana", "reason": "drawn"}
OPENS_WITHIN = timedelta(hours=7)
"""What was refused is tried again every six hours."""


async def pays_renewal(life: Life, act: Act) -> None:
    """One that was billed."""
    if life.renewed:
        number = life.renewed[int(act.pick * len(life.renewed))]
        owed = max((await life.case(number)).balance.minor, 0)
        if owed:
            minor = owed if act.share != "part" else max(1, int(owed * act.pick))
            await bank_payment(life, number, minor, "USD", twice=act.twice)


async def changes_renewals(life: Life, act: Act) -> None:
    """Another price, a pause, or an end, at times taken back; typed twice it happens once."""
    if life.subscription is None:
        return
    for _ in range(2 if act.twice else 1):
        await life.attempt(f"{life.subscription}: {act.kind}", lambda: _change(life, life.subscription or "", act))


async def _change(life: Life, name: str, act: Act) -> None:
    changes = life.made.subscriptions
    match act.kind:
        case "renewals changed":
            lines = (Line(text="Web hosting", amount=usd(1000 + int(act.pick * 900))),)
            _, change = await changes.quote(name, Wanted(**WHO, lines=lines))
            await changes.change(name, change)
        case "renewals paused":
            await changes.pause(name, Pause(until=life.moment(act.day + 3 * act.days).date(), **WHO))
        case _:
            when = "now" if act.pick < 0.3 else "period-end" if act.pick < 0.7 else "never"
            await changes.cancel(name, Cancel(when=when, **WHO))


def renewals(seen: Seen) -> list[str]:
    """Each renewal was billed once, on its date, at what was agreed, and none is missing."""
    billed, known = seen.renewals, seen.subscription
    if known is None:
        return []
    times = Counter(each.number for each in billed) + Counter(each.starts for each in billed)
    found = [f"renewal {what} was billed {count} times" for what, count in times.items() if count > 1]
    found += [f"renewal {each.number} is billed, and the next one is {known.number}"
              for each in billed if each.number >= known.number]  # fmt: skip
    at = seen.subscription_at
    if (
        at
        and at - OPENS_WITHIN > known.opens_at
        and not known.ended
        and (known.ends is None or known.renews_on < known.ends)
    ):
        found.append(f"the renewal of {known.renews_on} was not opened by {at}")
    strange = {each.number for each in seen.of_account} - set(seen.life.numbers)
    found += [f"{number} is an invoice of the account that nobody made" for number in sorted(strange)]
    return found + [wrong for each in billed for wrong in _as_agreed(seen, each)]


def _as_agreed(seen: Seen, billed: Renewal) -> list[str]:
    case = seen.cases.get(billed.invoice)
    if case is None:
        return [f"renewal {billed.number} has the number {billed.invoice}, and there is no such case"]
    invoice = case.invoice
    same = (invoice.due, invoice.amount) == (billed.starts, billed.amount)
    return [] if same else [f"{billed.invoice} is due {invoice.due} with {invoice.amount}, and not as {billed}"]
