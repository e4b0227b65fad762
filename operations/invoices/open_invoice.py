"""Opening an invoice: what a file or a program says of it becomes an account in the store and a running case, once."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Literal, NamedTuple, Protocol

from dunning.calendar import local_date
from dunning.case.case import Opened, Reachability, open_case
from dunning.case.facts import Exemption, Payment
from dunning.case.ledger import credit_payment
from dunning.coverage import Coverage
from dunning.explain.temporal_ui import shown
from dunning.level import Level
from dunning.money import Money
from dunning.notices.reachability import outside
from dunning.policy.file import Policy
from dunning.policy.plan import Invoice, Plan
from dunning.ports.beginnings import AccountChangedError, Beginnings
from dunning.ports.cases import FORGOTTEN, Cases
from dunning.ports.companies import Reach
from dunning.ports.outages import OutageError
from dunning.records.accounts import Account, is_exempt
from dunning.records.beginning import Beginning, Begun
from dunning.records.books import KnownInvoice
from dunning.records.inbox import News
from dunning.rules.machine import decide
from operations.accounts.last_word import last_word
from operations.errors import MergedAccountError, RefusedError
from operations.invoices.differences import KnownCases, differences, known_facts, other_account
from operations.invoices.moving_in import Adoption, moved_in
from operations.invoices.new_invoice import NewInvoice, account_of, fitting, named_ids, other_brand, unknown_services
from operations.money.deliver_news import DeliverNews, NewsRecords

SOON = timedelta(seconds=2)
"""A case that starts within that time is waited for by whoever decides something about its account."""
Outcome = Literal["started", "already running", "already closed"]


class Opening(NamedTuple):
    """What became of it. `reach`: whether the account has an address outside of what we host; None: nobody looked.

    `differs` names what it says otherwise than is known: that stays as it is.
    """

    outcome: Outcome
    reach: Reachability | None = None
    differs: tuple[str, ...] = ()


class OpeningRecords(NewsRecords, Beginnings, KnownCases, Protocol):
    """What belongs to the account that the invoice is for."""


class Row(Protocol):
    """An invoice to be opened, and its policy."""

    @property
    def new(self) -> NewInvoice:
        """What is said of it."""
        ...

    @property
    def policy(self) -> Policy:
        """That of its name."""
        ...


class Asked(NamedTuple):
    """One that nobody counts."""

    new: NewInvoice
    policy: Policy


class Ready(NamedTuple):
    """One that is in the store, and whose case is not started yet.

    `account` is how its account was read at `at`; `before` as it was found (None: new) and `written` as it was left.
    `named` is what it pays for since a merge, if it names nothing.
    """

    new: NewInvoice
    plan: Plan
    account: Account
    before: Account | None
    written: Account
    begun: Begun
    at: datetime
    differs: tuple[str, ...] = ()
    named: tuple[str, ...] = ()


class _Fits(NamedTuple):
    """One that may be written down."""

    row: Row
    plan: Plan
    account: Account
    before: Account | None
    differs: tuple[str, ...]
    named: tuple[str, ...]

    def beginning(self) -> Beginning:
        new = self.row.new
        known = KnownInvoice(number=new.invoice, account=new.account, policy=self.row.policy.name, due=new.due)
        changed = self.account if self.account != self.before else None
        return Beginning(known, new.amount, changed, self.before, self.plan.uses_credit)

    def ready(self, begun: Begun, at: datetime) -> Ready:
        """Once it is written."""
        new, account = self.row.new, self.account
        return Ready(new, self.plan, account, self.before, account, begun, at, self.differs, self.named)


class OpenInvoice:
    """`reach` looks at the account's contacts, `adoption` at its services; `clock` is the wall's: a case begins now."""

    def __init__(
        self, store: OpeningRecords, cases: Cases, reach: Reach, adoption: Adoption, clock: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._cases = cases
        self._reach = reach
        self._adoption = adoption
        self._news = DeliverNews(store, cases)
        self._clock = clock

    async def open(self, new: NewInvoice, policy: Policy) -> Opening:
        """Start its case unless it runs or ran. Safe to repeat after a crash at any point.

        Raises RefusedError when the policy does not fit it, it pays for a service that the account has not, or no case
        of it can start, and leaves nothing behind then; and OutageError.
        """
        (one,) = await self.prepare([Asked(new, policy)])
        if isinstance(one, RefusedError):
            raise one
        return await self.start(one) if isinstance(one, Ready) else one

    async def prepare(self, rows: Sequence[Row]) -> list[Ready | Opening | RefusedError]:
        """Read and write at once what the store has to know of them before their cases start. Raises OutageError.

        No account may come twice. One that is closed already is not started; one that cannot be opened says why. What
        people change of an account meanwhile is not lost: all is read again.
        """
        while True:
            with suppress(AccountChangedError):
                return await self._prepared(rows)

    async def _prepared(self, rows: Sequence[Row]) -> list[Ready | Opening | RefusedError]:
        accounts = await self._store.accounts({row.new.account for row in rows})
        known = await self._store.known_invoices({row.new.invoice for row in rows})
        looked = [await self._look_at(row, accounts.get(row.new.account), known.get(row.new.invoice)) for row in rows]
        fit = [each.beginning() for each in looked if isinstance(each, _Fits)]
        begun = iter(await self._store.begin(fit, self._clock()) if fit else ())
        return [each.ready(next(begun), self._clock()) if isinstance(each, _Fits) else each for each in looked]

    async def start(self, ready: Ready) -> Opening:
        """Start its case. Raises RefusedError when none can start, and takes it out of the store; and OutageError."""
        number = ready.new.invoice
        try:
            (fresh,) = await self.fresh([ready])
            opened = await self._opened(fresh)
            started = await self._start(opened)
        except OutageError:
            raise
        except Exception as error:
            # Else the account would be held for an invoice that nobody can pay.
            await self._store.withdraw(number, ready.begun.generation, ready.before, ready.written)
            raise RefusedError(f"it cannot be started: {error or type(error).__name__}", about=number) from error
        if not started and opened.credit and opened.credit.minor > 0:
            await self._hand_over(opened.invoice, opened.credit)
        return Opening("started" if started else "already running", opened.reach, ready.differs)

    async def fresh(self, several: Sequence[Ready]) -> Sequence[Ready]:
        """What became of their accounts meanwhile, if they have waited since they were read. Raises OutageError.

        A case that starts late is told of nothing that was decided before.
        """
        now = self._clock()
        if now - several[0].at <= SOON:
            return several
        known = await self._store.known_invoices({each.new.invoice for each in several})
        accounts = await self._store.accounts({invoice.account for invoice in known.values()})
        return [_as_known(each, known.get(each.new.invoice), accounts)._replace(at=now) for each in several]

    async def until_begun(self, invoice: str) -> None:
        """Return once the started case has done its first task: it waits then, or is at work. Raises OutageError."""
        await self._cases.until_begun(invoice)

    async def _look_at(
        self, row: Row, before: Account | None, known: KnownInvoice | None
    ) -> _Fits | Opening | RefusedError:
        new = row.new
        try:
            plan = fitting(new, row.policy, before.zone if before else "")
        except (ValueError, OverflowError) as error:
            return RefusedError(str(error), about=new.invoice)
        if wrong := other_account(new, known):
            return RefusedError(wrong, about=new.invoice)
        if before and before.id != new.account:
            return MergedAccountError(new.account, before.id)
        facts = await known_facts(self._store, known)
        if known and known.status == "closed":
            return Opening("already closed", differs=differences(new, facts, before) if before else ())
        try:
            account = _with(new, before)
        except RefusedError as error:
            return error
        # Of a known invoice it is said, too, what is added to the account; a new one is there to add.
        differs = differences(new, facts, before if known else account) if before else ()
        return _Fits(row, plan, account, before, differs, known.pays_for if known else ())

    async def _opened(self, ready: Ready) -> Opened:
        new, begun = ready.new, ready.begun
        paid_for = new.model_copy(update={"pays_for": named_ids(new.pays_for, ready.account) or ready.named})
        now, covers = self._clock(), Coverage(services=paid_for.pays_for)
        level = await self._adopted(ready, covers, now)
        return Opened(
            invoice=paid_for.invoice_facts(),
            plan=ready.plan,
            reach=await self._reach_of(ready.account),
            credit=begun.credit,
            carried=begun.carried,
            generation=begun.generation,
            moved_in=moved_in(new, ready.plan, now, level),
            exempt=await self._exempt(paid_for.pays_for, ready),
        )

    async def _adopted(self, ready: Ready, covers: Coverage, now: datetime) -> Level:
        """Only for a case that begins: later a service may be restricted for another reason, which is not ours."""
        new = ready.new
        if not new.level or await self._cases.died(new.invoice) != FORGOTTEN:
            return Level.ACTIVE
        return await self._adoption.adopt(ready.account, new, covers, now)

    async def _exempt(self, paid_for: tuple[str, ...], ready: Ready) -> Exemption | None:
        if not is_exempt(ready.account, paid_for, local_date(self._clock(), ready.plan.zone)):
            return None
        return await last_word(self._store, ready.account.id, paid_for)

    async def _reach_of(self, account: Account) -> Reachability:
        """Where the account's contacts are (S3-21). One without any has none inside: its notices get tickets."""
        silent = await self._reach.inside(account)
        return "outside" if not silent or outside(account.contacts, silent) else "inside"

    async def _start(self, opened: Opened) -> bool:
        at = self._clock()
        case = open_case(opened, at)
        return await self._cases.start(opened, shown(case, decide(case, at)))

    async def _hand_over(self, invoice: Invoice, credit: Money) -> None:
        """Credit that was taken for a case which began without it. As at a beginning its id counts once."""
        payment = Payment(id=credit_payment(invoice.number), amount=credit, at=self._clock(), method="credit")
        await self._news.deliver(News(invoice=invoice.number, account=invoice.account, fact=payment))


def _as_known(ready: Ready, known: KnownInvoice | None, accounts: Mapping[str, Account]) -> Ready:
    """It may have been moved to the account that its own was merged into."""
    if known is None:
        return ready
    new = ready.new.model_copy(update={"account": known.account})
    return ready._replace(new=new, account=accounts[known.account], named=known.pays_for)


def _with(new: NewInvoice, before: Account | None) -> Account:
    """What is known of its account, and what it adds."""
    if before and (wrong := other_brand(new, before)):
        raise RefusedError(wrong, about=new.invoice, field="brand")
    account = account_of(new, before)
    if wrong := unknown_services(new.pays_for, account):
        raise RefusedError(wrong, about=new.invoice, field="pays_for")
    return account
