"""A subscription that Stripe or PayPal runs pays for the account on days of its own, and each payment counts once.

It is told of once, twice, late, in another order, or never; then only a look finds it. What has to hold: `sales.py`.
"""

from datetime import datetime, timedelta

from operations.processors.links import NewLink
from tests.chaos.doors import clocks, latest
from tests.chaos.drawn import Act, DrawnProcessor
from tests.chaos.life import Life
from tests.chaos.told import Expected, Sale

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


def _value(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02}"


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
        said = {"next_charge": expected, "value": _value(drawn.minor), **more}
        await companies.paypal.subscribe(name_of(life), start, **said)
    else:
        ends = expected or await latest(life) + timedelta(days=drawn.every)
        await companies.payments.subscribes(life.account, name_of(life), start, ends, drawn.minor, fields=dict(more))
    life.told.expected.append(Expected(expected, await clocks(life)))


async def _pays(life: Life, drawn: DrawnProcessor, act: Act) -> None:
    at = await latest(life)
    later = [day for day in drawn.days if day > act.day]
    ends = life.moment(later[0]) if later else at + timedelta(days=drawn.every)
    how = _HEARD[int(act.pick * len(_HEARD))]
    by = _by_paypal if drawn.company == "paypal" else _by_stripe
    done = await by(life, drawn, at, ends, how)
    life.told.done.append(f"{drawn.company}: its subscription {done}, {how or 'told once'}")


async def _by_paypal(life: Life, drawn: DrawnProcessor, at: datetime, ends: datetime, how: str) -> str:
    paypal, sale = life.world.stage.companies.paypal, Sale(f"S-{life.account}-{len(life.told.sales)}", drawn.minor)
    if how == "webhook:doubled":
        await paypal.script(name_of(life), "doubled")
    heard = how in ("", "webhook:doubled")
    await paypal.pays(name_of(life), sale.id, at, value=_value(sale.minor), hint=heard)
    life.told.sales.append(sale)
    await _is_now(life, drawn, ends)
    return f"pays {sale.minor} ({sale.id})"


async def _by_stripe(life: Life, drawn: DrawnProcessor, at: datetime, ends: datetime, how: str) -> str:
    """From the card that is on file then, if there is one; what fails is tried again."""
    payments = life.world.stage.companies.payments
    if how:
        await payments.script(life.owner, how)
    before = await clocks(life)
    payment = await payments.bills(name_of(life), at, ends=ends, retry=at + RETRY)
    paid = any(each.id == payment and each.status == "succeeded" for each in (await payments.books()).charges)
    life.told.expected[-1].until = before
    life.told.expected.append(Expected(ends if paid else None, await clocks(life)))
    if paid:
        life.told.sales.append(Sale(payment, drawn.minor))
    return f"{'pays' if paid else 'cannot take'} {drawn.minor} ({payment})"


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
        again = {"value": _value(sale.minor), "status": "REFUNDED", "hint": not act.twice}
        await companies.paypal.pays(name_of(life), sale.id, at, **again)
    else:
        part = sale.minor // 3 if act.twice else None
        await life.attempt(f"{sale.id}: refund", lambda: companies.payments.refund(sale.id, part, at))
    life.told.done.append(f"{sale.id} is given back there")
