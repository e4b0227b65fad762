"""Opening an invoice: what a file or a program says of it becomes an account in the store and a running case, once."""

from collections.abc import Callable
from datetime import datetime
from typing import Literal, NamedTuple, Protocol

from dunning.case.case import Opened, Reachability, open_case
from dunning.case.facts import Payment
from dunning.case.ledger import credit_payment
from dunning.explain.temporal_ui import shown
from dunning.money import Money
from dunning.notices.reachability import outside
from dunning.policy.file import Policy
from dunning.policy.plan import Invoice
from dunning.ports.cases import Cases
from dunning.ports.companies import Reach
from dunning.ports.payments import CarriedRests
from dunning.records.accounts import Account
from dunning.records.books import KnownInvoice
from dunning.records.inbox import News
from dunning.rules.machine import decide
from operations.deliver_news import DeliverNews, NewsRecords
from operations.errors import RefusedError
from operations.new_invoice import NewInvoice, account_of, fitting, other_brand, unknown_services

Outcome = Literal["started", "already running", "already closed"]


class Opening(NamedTuple):
    """What became of it. `reach`: whether the account has an address outside of what we host; None: nobody looked."""

    outcome: Outcome
    reach: Reachability | None = None


class OpeningRecords(NewsRecords, CarriedRests, Protocol):
    """What belongs to the account that the invoice is for."""


class OpenInvoice:
    """`reach` looks at the account's contacts; `clock` is the wall's: a case begins now."""

    def __init__(self, store: OpeningRecords, cases: Cases, reach: Reach, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._cases = cases
        self._reach = reach
        self._news = DeliverNews(store, cases)
        self._clock = clock

    async def open(self, new: NewInvoice, policy: Policy) -> Opening:
        """Start its case unless it runs or ran. Safe to repeat after a crash at any point.

        Raises RefusedError when the policy does not fit it or it pays for a service that the account has not, and
        OutageError.
        """
        try:
            plan = fitting(new, policy)
        except ValueError as error:
            raise RefusedError(str(error), about=new.invoice) from None
        known = await self._store.invoice(new.invoice)
        if known and known.status == "closed":
            return Opening("already closed")
        account = await self._account(new)
        generation = await self._store.open_invoice(
            KnownInvoice(number=new.invoice, account=new.account, policy=policy.name, due=new.due)
        )
        reach = await self._look_at(account)
        carried = await self._store.take_carried(new.account, new.invoice, new.amount.currency, self._clock())
        opened = Opened(
            invoice=new.invoice_facts(),
            plan=plan,
            credit=await self._credit(new, policy, carried),
            carried=carried,
            reach=reach,
            generation=generation,
        )
        if await self._start(opened):
            return Opening("started", reach)
        if opened.credit and opened.credit.minor > 0:
            await self._hand_over(opened.invoice, opened.credit)
        return Opening("already running", reach)

    async def _account(self, new: NewInvoice) -> Account:
        try:
            known = await self._store.account(new.account)
        except LookupError:
            known = None
        if known and (wrong := other_brand(new, known)):
            raise RefusedError(wrong, about=new.invoice, field="brand")
        account = account_of(new, known)
        if wrong := unknown_services(new.pays_for, account):
            raise RefusedError(wrong, about=new.invoice, field="pays_for")
        await self._store.put_account(account)
        return account

    async def _look_at(self, account: Account) -> Reachability:
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

    async def _credit(self, new: NewInvoice, policy: Policy, carried: Money) -> Money | None:
        """The account's credit pays its next invoice, once however often the row is opened."""
        if not policy.use_credit:
            return None
        return await self._store.use_credit(new.account, new.invoice, new.amount + carried, self._clock())
