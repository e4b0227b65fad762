"""Claims: each payment is one row, written by whoever comes first; beside it what was taken back, by its own id."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, case, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store.customers.accounts import locked_account
from adapters.store.customers.owners import of_account, owner
from adapters.store.database.base import add_row, insert_into
from adapters.store.fences import Fences
from adapters.store.money.payments import credit_row, read_credit, take_credit
from adapters.store.open_cases import alone_with
from adapters.store.tables import closed_ledgers, counted, credits_, inbox, payers, taken_back, tickets
from dunning.case.facts import Payment, Restored, Reversal
from dunning.case.fence import Fence
from dunning.money import Money
from dunning.payments.taken_back import about, credit_lines
from dunning.policy.step_names import key
from dunning.ports.claims import Remembered
from dunning.ports.outages import PATIENCE
from dunning.records.books import ClosedLedger
from dunning.records.claims import GIVEN, REFUSED, UNDERWAY, Claim, TakenBackNews, Unhandled
from dunning.records.credit import UNMATCHED, Credit, late_line
from dunning.tickets.money import late_step
from dunning.tickets.ticket import BY_ITSELF, TicketOrder

_KINDS: dict[str, type[TakenBackNews]] = {"reversal": Reversal, "restored": Restored}


class _Claiming:
    """A payment to claim, and the claim once it is written."""

    def __init__(self, invoice: str, payment: str) -> None:
        self.key = (invoice, payment)
        self.claim = Claim(invoice, payment, 0, UNDERWAY)


class Claims(Fences):
    """Count payments once, and remember what was taken back of them."""

    def __init__(self, url: str, patience: float = PATIENCE) -> None:
        super().__init__(url, patience)
        self._claimed = self._group(_claim)

    async def claim(self, invoice: str, payment: str) -> Claim:
        """Say that one is about to bring it to its case, in one transaction with other callers."""
        claiming = _Claiming(invoice, payment)
        await self._claimed.add([claiming])
        return claiming.claim

    async def refuse(self, claim: Claim) -> None:
        """Note that its case does not take it, unless somebody else claimed it since."""
        await self._change(_version_of(claim).values(place=REFUSED))

    async def keep_as_credit(
        self, claim: Claim, closed: ClosedLedger | None, credit: Credit, ticket: TicketOrder | None
    ) -> bool:
        """Make it credit with its ticket; False when it was claimed since, or the books are not `closed` any more."""
        async with self._writing() as connection:
            await alone_with(connection, claim.invoice)
            if await _other_books(connection, claim.invoice, closed):
                return False
            if await credit_of(connection, credit.id):  # it was credit before, and was taken back from there
                credit = credit.model_copy(update={"id": f"{credit.id}:{claim.version}"})
            no_credit = counted.c.place.in_([UNDERWAY, GIVEN, REFUSED])
            new = {"place": credit.id, "version": claim.version + 1, "worth": None}
            moved = _version_of(claim).where(no_credit).values(new)
            if not (await connection.execute(moved)).rowcount:
                return False
            news = about(claim.payment, await told_of(connection, claim.invoice))
            for line in (credit, *credit_lines(claim.invoice, credit, news)):
                await add_row(connection, credits_, credit_row(line))
            if ticket:
                await add_row(connection, tickets, ticket.ticket.model_dump())
            return True

    async def give(
        self, invoice: str, account: str, payment: Payment, at: datetime, fence: Fence | None = None
    ) -> Money | None:
        """Claim for its case what the case's order found; take it back from the credit that it may have become.

        `fence` is the order's; None when the portal brings it. Raises OvertakenError.
        """
        async with self._fenced(fence, account, lost=True) if fence else self._writing() as connection:
            for each in (account, UNMATCHED):
                await locked_account(connection, each)
            await alone_with(connection, invoice)
            (row,) = await _claimed(connection, [(invoice, payment.id)])
            found = _read(row)
            if found.credited:
                left = await take_back(connection, found, account, payment.amount, at)
                return left if left.minor > 0 else None
            await connection.execute(_version_of(found).values(place=GIVEN))
            worth = payment.amount.minor if found.worth is None else found.worth
            return payment.amount.model_copy(update={"minor": worth}) if worth else None

    async def remember(self, invoice: str, news: TakenBackNews) -> Remembered:
        """Keep it once, and change the credit that the money became, if it did."""
        async with self._writing() as connection:
            await alone_with(connection, invoice)
            row = {"invoice": invoice, "kind": _kind(news), "id": news.id, "body": news.model_dump_json()}
            await add_row(connection, taken_back, row)
            known = await told_of(connection, invoice)
            payment = _payment_of(news, known)
            ends = [each for each in known if isinstance(each, Restored) and each.reversal == news.id]
            credit = await _credit_of_payment(connection, invoice, payment) if payment else None
            for line in credit_lines(invoice, credit, about(payment, known)) if credit else ():
                await add_row(connection, credits_, credit_row(line))
            return Remembered(credit.account if credit else "", tuple(ends) if isinstance(news, Reversal) else ())

    async def remembered(self, invoice: str) -> tuple[TakenBackNews, ...]:
        """Read what was kept for the invoice, by kind and id."""
        async with self._reading() as connection:
            return await told_of(connection, invoice)

    async def unhandled(
        self, invoice: str, account: str, payer: str, known: Collection[str], waited_out: Collection[str] = ()
    ) -> Unhandled | None:
        """Find what was accepted and has not reached its case: a webhook, or a payment on its way."""
        async with self._reading() as connection:
            waiting = inbox.c.outcome == ""
            unknown = (inbox.c.invoice == "") & (inbox.c.account == "") & (inbox.c.payer == "")
            theirs = select(payers.c.payer).where(of_account(payers.c.account, account))
            its = or_(inbox.c.invoice == invoice, of_account(inbox.c.account, account), unknown)
            its = or_(its, inbox.c.payer.in_(theirs), inbox.c.payer == payer) if payer else its
            event = select(inbox).where(waiting, its).order_by(inbox.c.at, inbox.c.source, inbox.c.id)
            found = (await connection.execute(event.limit(len(waited_out) + 1))).mappings()
            waits = [Unhandled.model_validate(dict(row)) for row in found]
            on_its_way = (counted.c.invoice == invoice) & (counted.c.place == UNDERWAY)
            rows = await connection.execute(select(counted).where(on_its_way).order_by(counted.c.payment))
            fresh = [row for row in rows.mappings() if row["payment"] not in known and row["worth"] != 0]
            waits += [Unhandled(source="", id=row["payment"], invoice=invoice, account=account) for row in fresh]
            return next((each for each in waits if each.key not in waited_out), None)


async def take_back(connection: AsyncConnection, found: Claim, account: str, amount: Money, at: datetime) -> Money:
    """Take a payment that became credit back for its case, as far as it is there: nothing of another account's.

    What was taken back of it was taken off the credit, and stays there.
    """
    credit, nothing = await credit_of(connection, found.place), Money.zero(amount.currency)
    if credit is None or credit.amount.currency != amount.currency:
        return nothing
    if credit.account != UNMATCHED and not await _same_owner(connection, credit.account, account):
        return nothing
    if about(found.payment, await told_of(connection, found.invoice)):
        return nothing
    left = await take_credit(connection, credit.account, found.place, min(credit.amount, amount, key=_minor), at)
    if left.minor > 0:
        await connection.execute(_version_of(found).values(place=GIVEN, version=found.version + 1, worth=left.minor))
        if credit.account == UNMATCHED:
            await _no_work_any_more(connection, found, account, at)
    return left


async def _no_work_any_more(connection: AsyncConnection, found: Claim, account: str, at: datetime) -> None:
    """Nobody has to find out any more whose money it is."""
    its = update(tickets).where(tickets.c.key == key(found.invoice, late_step(found.payment)))
    ours = {
        "closed_at": at,
        "closed_by": BY_ITSELF,
        "closed_reason": f"it belongs to account {account}, and counts there",
    }
    await connection.execute(its.where(tickets.c.closed_at.is_(None)).values(ours))


async def _same_owner(connection: AsyncConnection, one: str, other: str) -> bool:
    return bool((await connection.execute(select(owner(one) == owner(other)))).scalar())


async def given_of(connection: AsyncConnection, invoice: str) -> Sequence[tuple[Claim, Credit]]:
    """Read the claims of what was taken back from credit for the invoice's case, each with that credit."""
    its = select(counted).where(counted.c.invoice == invoice, counted.c.place == GIVEN, counted.c.worth.is_not(None))
    claims = [_read(row) for row in (await connection.execute(its.order_by(counted.c.payment))).mappings()]
    lines = [(each, await credit_of(connection, late_line(invoice, each.payment))) for each in claims]
    return [(claim, credit) for claim, credit in lines if credit]


async def credited_of(connection: AsyncConnection, invoice: str) -> Sequence[Claim]:
    """Read the claims of an invoice's payments that are credit."""
    its = select(counted).where(counted.c.invoice == invoice, counted.c.place.not_in([UNDERWAY, GIVEN, REFUSED]))
    rows = await connection.execute(its.order_by(counted.c.payment))
    return [_read(row) for row in rows.mappings()]


async def told_of(connection: AsyncConnection, invoice: str) -> tuple[TakenBackNews, ...]:
    """Read what was taken back of an invoice's payments, as it was told."""
    its = select(taken_back).where(taken_back.c.invoice == invoice).order_by(taken_back.c.kind.desc(), taken_back.c.id)
    rows = await connection.execute(its)
    return tuple(_KINDS[row["kind"]].model_validate_json(row["body"]) for row in rows.mappings())


async def credit_of(connection: AsyncConnection, line: str) -> Credit | None:
    """Read the credit of that id."""
    row = (await connection.execute(select(credits_).where(credits_.c.id == line))).mappings().first()
    return read_credit(row) if row else None


async def _credit_of_payment(connection: AsyncConnection, invoice: str, payment: str) -> Credit | None:
    its = select(counted).where(counted.c.invoice == invoice, counted.c.payment == payment)
    row = (await connection.execute(its)).mappings().first()
    return await credit_of(connection, row["place"]) if row and _read(row).credited else None


async def _claim(connection: AsyncConnection, wanted: Sequence[_Claiming]) -> None:
    keys = sorted({each.key for each in wanted})
    claims = {(row["invoice"], row["payment"]): _read(row) for row in await _claimed(connection, keys)}
    its = select(taken_back.c.invoice).distinct().where(taken_back.c.invoice.in_({invoice for invoice, _ in keys}))
    told = {invoice for (invoice,) in await connection.execute(its)}
    for each in wanted:
        each.claim = claims[each.key]._replace(taken_back=each.key[0] in told)


async def _claimed(connection: AsyncConnection, keys: Sequence[tuple[str, str]]) -> Sequence[RowMapping]:
    """Write the claims of those payments, in the order of their keys, and read how they are then."""
    rows = [{"invoice": invoice, "payment": payment, "place": UNDERWAY, "version": 1} for invoice, payment in keys]
    insert = insert_into(connection, counted).on_conflict_do_update(
        index_elements=["invoice", "payment"],
        set_={
            "version": counted.c.version + 1,
            "place": case((counted.c.place == REFUSED, UNDERWAY), else_=counted.c.place),
        },
    )
    await connection.execute(insert, rows)
    its: Any = select(counted).where(tuple_(counted.c.invoice, counted.c.payment).in_(keys))
    return (await connection.execute(its)).mappings().all()


async def _other_books(connection: AsyncConnection, invoice: str, closed: ClosedLedger | None) -> bool:
    """Whether books were closed since those were read."""
    its = select(closed_ledgers.c.revision, closed_ledgers.c.closed_at).where(closed_ledgers.c.invoice == invoice)
    row = (await connection.execute(its)).first()
    return (tuple(row) if row else None) != ((closed.order.case.revision, closed.closed_at) if closed else None)


def _version_of(claim: Claim) -> Any:
    its = (counted.c.invoice == claim.invoice) & (counted.c.payment == claim.payment)
    return update(counted).where(its, counted.c.version == claim.version)


def _read(row: RowMapping) -> Claim:
    return Claim(row["invoice"], row["payment"], row["version"], row["place"], row["worth"])


def _kind(news: TakenBackNews) -> str:
    return next(word for word, kind in _KINDS.items() if isinstance(news, kind))


def _payment_of(news: TakenBackNews, known: Collection[TakenBackNews]) -> str:
    if isinstance(news, Reversal):
        return news.payment
    return next((each.payment for each in known if isinstance(each, Reversal) and each.id == news.reversal), "")


def _minor(money: Money) -> int:
    return money.minor
