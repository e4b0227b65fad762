"""A subscription that Stripe or PayPal runs pays for the account on days of its own, and each payment counts once.

It is told of once, twice, late, in another order, or never; then only a look finds it. Looked at with the company's
own books: where each payment lies, that no charge was made shortly before one that was expected, and what people hear.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

import httpx2

from dunning.case.ledger import MONEY_IN
from dunning.records.credit import UNMATCHED, late_line
from dunning.tickets.kind import TicketKind
from operations.processors.links import NewLink
from tests.chaos.doors import clocks, latest, usd
from tests.chaos.drawn import Act, DrawnProcessor
from tests.chaos.exempt import BEFORE_ALL
from tests.chaos.life import Life
from tests.chaos.seen import Seen
from tests.chaos.told import Expected, Sale

SHOWS = timedelta(days=1)
"""So long after its time a payment is waited for."""
SLOW = timedelta(minutes=30)
"""What had begun may be done a little later."""
RETRY = timedelta(days=5)
_HEARD = ("", "webhook:doubled", "webhook:lost", "webhook:late:3", "webhook:swapped")


def name_of(life: Life) -> str:
    """The company's own id of it."""
    bare = life.account.replace("-", "")
    return f"sub_{bare}" if life.drawn.processor and life.drawn.processor.company == "stripe" else f"I-{bare}"


async def begins(life: Life) -> None:
    """It is there, and linked to the account."""
    if drawn := life.drawn.processor:
        await _is_now(life, drawn, life.moment(drawn.days[0]))
        link = NewLink(name_of(life), life.account, "", None, "ana")
        await life.persist(lambda: life.made.processor_links.add(link))


async def acts(life: Life, act: Act) -> None:
    """What the company, its customer and its staff do; nothing once it has stopped, but what came may go again."""
    drawn, told = life.drawn.processor, life.told
    if drawn is None:
        return
    match act.kind:
        case "processor tells again":
            await _tells_again(life, drawn, act)
        case "processor refunds":
            await _refunds(life, drawn, act)
        case "processor pays" if not told.stopped:
            await _pays(life, drawn, act)
        case "processor payment fails" if not told.stopped and drawn.company == "paypal":
            at = await latest(life)
            next_ = told.expected[-1].at
            more = {"failed": 1, "failed_at": at, "retry_at": at + RETRY}
            await _is_now(life, drawn, at + RETRY, next_charge=next_, **more)
            told.done.append("paypal: its payment failed, and is tried again")
        case "processor stops" if not told.stopped:
            told.stopped = True
            ended = {"status": "SUSPENDED"} if act.pick < 0.5 else {"status": "CANCELLED"}
            await _is_now(life, drawn, None, **(ended if drawn.company == "paypal" else {"status": "canceled"}))
            told.done.append(f"{drawn.company}: its subscription stops")
        case _:
            pass


async def is_looked_at(life: Life) -> None:
    """As every hour: what no webhook told is found."""
    if life.drawn.processor:
        look, deliver = life.made.look_at_processor, life.made.deliver_news.deliver
        await life.persist(lambda: look.tell(name_of(life), deliver))


async def _is_now(life: Life, drawn: DrawnProcessor, expected: datetime | None, **more: object) -> None:
    """The company says that of it from now on; `expected` is when it is to pay next."""
    before, companies = await clocks(life), life.world.stage.companies
    if life.told.expected:
        life.told.expected[-1].until = before
    start = life.moment(-20)
    if drawn.company == "paypal":
        said = {"next_charge": expected, "value": f"{drawn.minor // 100}.{drawn.minor % 100:02}", **more}
        await companies.paypal.subscribe(name_of(life), start, **said)
    else:
        ends = expected or await latest(life) + timedelta(days=drawn.every)
        await companies.payments.subscribes(life.account, name_of(life), start, ends, drawn.minor, fields=dict(more))
    life.told.expected.append(Expected(expected, await clocks(life)))


async def _pays(life: Life, drawn: DrawnProcessor, act: Act) -> None:
    at, companies = await latest(life), life.world.stage.companies
    later = [day for day in drawn.days if day > act.day]
    ends = life.moment(later[0]) if later else at + timedelta(days=drawn.every)
    how = _HEARD[int(act.pick * len(_HEARD))]
    if drawn.company == "paypal":
        sale = f"S-{life.account}-{len(life.told.sales)}"
        if how == "webhook:doubled":
            await companies.paypal.script(name_of(life), "doubled")
        value = f"{drawn.minor // 100}.{drawn.minor % 100:02}"
        await companies.paypal.pays(name_of(life), sale, at, value=value, hint=how in ("", "webhook:doubled"))
        life.told.sales.append(Sale(sale, drawn.minor))
        await _is_now(life, drawn, ends)
    else:
        if how:
            await companies.payments.script(life.owner, how)
        before = await clocks(life)
        try:
            sale = await companies.payments.bills(name_of(life), at, ends=ends)
        except httpx2.HTTPStatusError as error:
            life.told.done.append(f"stripe: its subscription finds no method, HTTP {error.response.status_code}")
            life.told.expected[-1].until = before
            return
        books = await companies.payments.books()
        paid = any(each.id == sale and each.status == "succeeded" for each in books.charges)
        life.told.expected[-1].until = before
        life.told.expected.append(Expected(ends if paid else None, await clocks(life)))
        if paid and sale not in [each.id for each in life.told.sales]:
            life.told.sales.append(Sale(sale, drawn.minor))
    life.told.done.append(f"{drawn.company}: its subscription pays {drawn.minor} ({sale}{', ' * bool(how)}{how})")


async def _tells_again(life: Life, drawn: DrawnProcessor, act: Act) -> None:
    """Of an earlier payment, it may be, after a later one."""
    sales, companies = life.told.sales, life.world.stage.companies
    if not sales:
        return
    sale = sales[int(act.pick * len(sales))]
    if drawn.company == "paypal":
        await companies.paypal.again(sale.id)
    else:
        for hook in (await companies.payments.books()).hooks:
            if hook.charge == sale.id:
                await companies.payments.resend(hook.id)
    life.told.done.append(f"{sale.id} is told again")


async def _refunds(life: Life, drawn: DrawnProcessor, act: Act) -> None:
    """Somebody gives a payment back there, at PayPal all of it."""
    kept = [each for each in life.told.sales if not each.back]
    if not kept:
        return
    sale = kept[int(act.pick * len(kept))]
    life.told.money_may_go()
    sale.back, at, companies = True, await latest(life), life.world.stage.companies
    if drawn.company == "paypal":
        value = f"{sale.minor // 100}.{sale.minor % 100:02}"
        again = {"value": value, "status": "REFUNDED", "hint": not act.twice}
        await companies.paypal.pays(name_of(life), sale.id, at, **again)
    else:
        part = sale.minor // 3 if act.twice else None
        await life.attempt(f"{sale.id}: refund", lambda: companies.payments.refund(sale.id, part, at))
    life.told.done.append(f"{sale.id} is given back there")


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
