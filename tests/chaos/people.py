"""What people, banks and the gateway's staff do in a life: one function a kind, each through its own public door."""

import functools
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

import httpx2

from dunning.case.facts import DueDateChange, GiveBack, Promise, RefusedCharge, Undo, UseCredit, Void, Waiver
from dunning.coverage import ALL
from dunning.level import Level
from dunning.ports.cases import CaseSaysNoError, NoCaseError
from operations.decisions import Decision
from operations.errors import RefusedError
from operations.services.holds import LiftHold, PlaceHold
from sandbox.payments.books import Charge
from sandbox.story.people import pay_on_the_page
from tests.chaos import came_back, processor
from tests.chaos.approvals import approves
from tests.chaos.away import is_seen, strikes_out, writes_down
from tests.chaos.closed import cancels_window, sets_window
from tests.chaos.doors import bank_payment, clocks, drawn_amount, latest, money_of, say, tell_payment, usd
from tests.chaos.drawn import Act, ActKind
from tests.chaos.exempt import exempts
from tests.chaos.life import Life
from tests.chaos.merged import merges
from tests.chaos.operator import pays_in_another_currency, takes_back_what_nobody_knows
from tests.chaos.renews import changes_renewals, pays_renewal
from tests.chaos.replanned import replans
from tests.chaos.server import asks_to_cancel, terminates_and_recovers
from tests.chaos.stranger import tells_unsigned
from tests.chaos.told import BankPayment
from tests.chaos.wallet import card
from tests.chaos.with_fees import NAMES


async def do(life: Life, act: Act) -> None:
    """Let it happen now."""
    await BY_KIND[act.kind](life, act)


async def pay_all(life: Life) -> None:
    """The customer pays everything that is owed."""
    for number in life.numbers:
        owed = (await life.case(number)).balance.minor
        if owed > 0:
            await bank_payment(life, number, owed, "USD", twice=False)


async def _by_bank(life: Life, act: Act) -> None:
    number = life.numbers[act.invoice]
    minor, currency = await drawn_amount(life, act)
    await bank_payment(life, number, minor, currency, twice=act.twice)


async def _on_the_page(life: Life, act: Act) -> None:
    number = life.numbers[act.invoice]
    life.told.cards.page_used(await clocks(life))

    async def pay() -> None:
        try:
            session = await pay_on_the_page(life.world.stage, number)
        except (KeyError, httpx2.HTTPStatusError):
            return  # nothing to pay there
        if session.startswith("cs_"):
            await life.world.stage.companies.payments.pay_session(session, at=await life.now(number))

    await life.attempt(f"{number}: pays on the page", pay)


async def _directly(life: Life, act: Act) -> None:
    number = life.numbers[act.invoice]
    minor, currency = await drawn_amount(life, act)
    payments = life.world.stage.companies.payments
    at = await life.now(number)
    paid = await payments.pay_directly(life.account, minor, currency, number, at)
    life.told.done.append(f"{number}: pays {minor} {currency} at the gateway ({paid})")


async def _tells_again(life: Life, act: Act) -> None:
    if act.pick < 0.5 and life.told.bank:
        payment = life.told.bank[int(act.pick * 2 * len(life.told.bank))]
        if payment.told:
            await tell_payment(life, payment, f"late{act.day}-")
        return
    books = await life.world.stage.companies.payments.books()
    ours = {charge.id for charge in books.of(*life.names)}
    hooks = [hook for hook in books.hooks if hook.charge in ours and hook.posted]
    if hooks:
        hook = hooks[int(act.pick * len(hooks))]
        await life.world.stage.companies.payments.resend(hook.id)
        life.told.done.append(f"{hook.type} is told again")


async def _paid(life: Life, act: Act) -> Charge | None:
    paid = (await life.world.stage.companies.payments.books()).paid(*life.names)
    return paid[int(act.pick * len(paid))] if paid else None


async def _refund(life: Life, act: Act) -> None:
    if charge := await _paid(life, act):
        life.told.money_may_go()
        amount = max(1, charge.amount // 3) if act.kind == "part of it refunded" else None
        at = await latest(life)
        payments = life.world.stage.companies.payments
        await life.attempt(f"{charge.id}: {act.kind}", lambda: payments.refund(charge.id, amount, at))


async def _dispute(life: Life, act: Act) -> None:
    if charge := await _paid(life, act):
        life.told.money_may_go()
        life.told.disputed = True
        at, payments = await latest(life), life.world.stage.companies.payments
        await life.attempt(f"{charge.id}: dispute", lambda: payments.dispute(charge.id, at=at))


async def _dispute_ends(life: Life, act: Act) -> None:
    payments = life.world.stage.companies.payments
    books = await payments.books()
    ours = {charge.id for charge in books.of(*life.names)}
    dispute = next((d for d in books.disputes if d.payment in ours and d.status not in ("won", "lost")), None)
    if dispute:
        at = await latest(life)
        status = "won" if act.kind == "dispute won" else "lost"
        await life.attempt(f"{dispute.id}: {act.kind}", lambda: payments.close_dispute(dispute.id, status, at))


async def _bank_takes_back(life: Life, act: Act) -> None:
    payment = next((p for p in life.told.bank if p.told and not p.back), None)
    if payment:
        await _take_back(life, payment, chargeback=act.pick < 0.3)


async def _take_back(life: Life, payment: BankPayment, *, chargeback: bool) -> None:
    life.told.money_may_go()
    life.told.disputed |= chargeback
    payment.back = f"back-{payment.id}"
    facts = {"invoice": payment.invoice, "id": payment.back, "payment": payment.id, "chargeback": chargeback}
    said = await say(life, payment.back, "payment.reversed", {**facts, "reason": "drawn", **money_of(payment)})
    life.told.done.append(f"{payment.invoice}: the bank takes {payment.id} back ({said['outcome']})")


async def _bank_takes_back_first(life: Life, act: Act) -> None:
    """The news that money went comes before the news that it came."""
    minor, currency = await drawn_amount(life, act)
    number = life.numbers[act.invoice]
    payment = BankPayment(f"bank-{life.account}-{len(life.told.bank)}", number, minor, currency)
    life.told.bank.append(payment)
    await _take_back(life, payment, chargeback=False)
    await tell_payment(life, payment)


async def _waited_for(life: Life, act: Act) -> None:
    """The payment comes after all that somebody entered as taken back."""
    payment = next((p for p in life.told.bank if p.back and not p.told), None)
    if payment:
        await tell_payment(life, payment)


async def _bank_gives_back(life: Life, act: Act) -> None:
    payment = next((p for p in life.told.bank if p.back and not p.again), None)
    if payment:
        payment.again = f"gives-{payment.id}"
        facts = {"invoice": payment.invoice, "id": payment.again, "reversal": payment.back}
        said = await say(life, payment.again, "payment.restored", {**facts, **money_of(payment)})
        life.told.done.append(f"{payment.invoice}: the bank gives {payment.id} again ({said['outcome']})")


async def _debit_ends(life: Life, act: Act) -> None:
    payments = life.world.stage.companies.payments
    pending = [c for c in (await payments.books()).of(*life.names) if c.status == "pending"]
    if pending:
        charge = pending[int(act.pick * len(pending))]
        outcome = "succeeded" if act.kind == "debit ends well" else "debit_returned"
        at = await latest(life)
        await life.attempt(f"{charge.id}: {act.kind}", lambda: payments.settle(charge.id, outcome, at))


async def _decide(life: Life, act: Act, decision: Decision) -> None:
    number = life.numbers[act.invoice]
    words = f"{number}: {act.kind} {decision.model_dump(exclude_defaults=True, mode='json')}"
    await life.attempt(words, lambda: life.made.decisions.decide(number, decision))


async def _promise(life: Life, act: Act) -> None:
    now = await life.now(life.numbers[act.invoice])
    until = (now + timedelta(days=act.days)).date()
    await _decide(life, act, Promise(until=until, reinstate=act.twice))


async def _waive(life: Life, act: Act) -> None:
    await _decide(life, act, Waiver(entry="invoice" if act.kind == "waiver" else NAMES[act.pick > 0.6]))


async def _move_due(life: Life, act: Act) -> None:
    case = await life.case(life.numbers[act.invoice])
    life.told.money_may_go()
    await _decide(life, act, DueDateChange(due=case.invoice.due + timedelta(days=act.days)))


async def _hold(life: Life, act: Act) -> None:
    source = "abuse" if act.pick < 0.5 else "manual"
    if act.kind == "hold lifted":
        placed = [hold for hold in life.told.held if hold[0] == source]
        for _, service in placed:
            asked = LiftHold(life.owner, source, "chaos", "a test", service)
            lift = functools.partial(life.made.holds.lift, asked)
            await life.attempt(f"a person lifts {source} of {service or 'all'}", lift)
        life.told.held.difference_update(placed)
        return
    service = life.service(life.users[0]) if act.twice else ALL
    life.told.held.add((source, service))
    life.told.ever_held = True
    asked = PlaceHold(life.owner, source, Level.SUSPENDED, "ann", "drawn", silent=True, service=service)
    await life.attempt(f"a person places {source} on {service or 'all'}", lambda: life.made.holds.place(asked))


async def _undo(life: Life, act: Act) -> None:
    number = life.numbers[act.invoice]
    now = await life.now(number)
    life.told.money_may_go()
    undo = Undo(id=f"u{act.day}", since=now - timedelta(days=act.days), until=now, hold_days=3)

    async def tell() -> None:
        try:
            answer = await life.made.cases.tell(number, undo, f"undo-{undo.id}")
            life.told.done.append(f"{number}: undo of {act.days} days ({answer.outcome})")
        except (CaseSaysNoError, NoCaseError) as error:
            life.told.done.append(f"{number}: undo refused, {error}")

    await life.persist(tell)


async def _refused_charge(life: Life, act: Act) -> None:
    """The gateway called a charge malformed: a person mended it, or goes on without it."""
    await _decide(life, act, RefusedCharge(leave_out=act.kind == "refused charge left out", by="ana"))


async def _void(life: Life, act: Act) -> None:
    await _decide(life, act, Void(reason="drawn"))


async def _events(life: Life, act: Act) -> None:
    word = act.kind.removeprefix("events ")
    behaviour = f"webhook:{word}" + (":3" if word == "late" else "")
    await life.world.stage.companies.payments.script(life.owner, behaviour)


async def _credit(life: Life, act: Act) -> None:
    """A person adds some, has it pay for an invoice, or pays out what is left; typed twice it happens once."""
    id_, who = f"{act.kind[7:].replace(' ', '-')}-{act.day}-{act.pick:.4f}", ("ana", "drawn")
    staff, number = life.made.credit, life.numbers[act.invoice]
    for _ in range(2 if act.twice else 1):
        match act.kind:
            case "credit added":
                minor = 1 + int(act.pick * life.drawn.invoices[act.invoice].minor)
                line = await life.persist(lambda minor=minor: staff.add(life.owner, usd(minor), id_, *who))
                life.told.keep_credit(line)
            case "credit used":
                use = UseCredit(id=id_, by=who[0], reason=who[1])
                await life.attempt(f"{number}: credit used", lambda use=use: life.made.decisions.decide(number, use))
            case _:
                await _pay_out(life, id_, act)


async def _goodwill(life: Life, act: Act) -> None:
    """A person gives a part of a payment back; typed twice it happens once. Some payments name no invoice."""
    if (charge := await _paid(life, act)) and charge.invoice:
        fact = GiveBack(
            id=f"g{act.day}-{act.pick:.4f}", payment=charge.id, amount=usd(max(1, charge.amount // 4)),
            by="ana", reason="drawn",
        )  # fmt: skip
        for _ in range(2 if act.twice else 1):
            await life.attempt(
                f"{charge.invoice}: {charge.id} goodwill", lambda: life.made.decisions.decide(charge.invoice, fact)
            )


async def _pay_out(life: Life, id_: str, act: Act) -> None:
    left = sum(c.amount.minor for c in await life.world.stage.store.credits(life.owner) if c.amount.currency == "USD")
    minor = max(1, int(left * act.pick))
    try:
        line = await life.persist(lambda: life.made.credit.pay_out(life.owner, usd(minor), id_, "ana", "drawn"))
    except RefusedError as error:
        life.told.done.append(f"credit paid out: refused, {error.reason}")
    else:
        life.told.keep_credit(line)


BY_KIND: Mapping[ActKind, Callable[[Life, Act], Awaitable[None]]] = {
    "pays by bank": _by_bank,
    "pays on the page": _on_the_page,
    "pays directly": _directly,
    "tells again": _tells_again,
    "refund": _refund,
    "part of it refunded": _refund,
    "dispute": _dispute,
    "dispute won": _dispute_ends,
    "dispute lost": _dispute_ends,
    "bank takes back": _bank_takes_back,
    "bank takes back before it was told": _bank_takes_back_first,
    "bank gives back": _bank_gives_back,
    "debit ends well": _debit_ends,
    "debit comes back": _debit_ends,
    "promise": _promise,
    "stranger tells of money": tells_unsigned,
    "stranger decides": tells_unsigned,
    "waiver": _waive,
    "late fee waived": _waive,
    "due date": _move_due,
    "hold": _hold,
    "hold lifted": _hold,
    "undo": _undo,
    "approval": approves,
    "second approval": approves,
    "approves in another spelling": approves,
    "approves and may not": approves,
    "new card": card,
    "card that declines": card,
    "card that ends": card,
    "no card": card,
    "void": _void,
    "refused charge again": _refused_charge,
    "refused charge left out": _refused_charge,
    "events swapped": _events,
    "events late": _events,
    "events doubled": _events,
    "events lost": _events,
    "credit added": _credit,
    "credit used": _credit,
    "credit paid out": _credit,
    "goodwill": _goodwill,
    "pays in another currency by command": pays_in_another_currency,
    "takes back by command what nobody knows": takes_back_what_nobody_knows,
    "what was waited for comes": _waited_for,
    "cancellation asked": asks_to_cancel,
    "terminated and recovered": terminates_and_recovers,
    "exempted": exempts,
    "accounts merged": merges,
    "window set": sets_window,
    "window cancelled": cancels_window,
    "outage written down": writes_down,
    "outage seen": is_seen,
    "outage struck out": strikes_out,
    "replanned": replans,
    "processor pays": processor.acts,
    "processor tells again": processor.acts,
    "processor payment fails": processor.acts,
    "processor refunds": processor.acts,
    "processor stops": processor.acts,
    "bounce forged": came_back.forges,
    "notice comes back": came_back.comes_back,
    "stranger answers a notice": came_back.a_stranger_answers,
    "renewal paid": pays_renewal,
    "renewals changed": changes_renewals,
    "renewals paused": changes_renewals,
    "renewals cancelled": changes_renewals,
}
