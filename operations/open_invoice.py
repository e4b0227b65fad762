"""Opening an invoice: what a file or a program says of it becomes an account in the store and a running case, once."""

from collections.abc import Callable
from datetime import datetime
from typing import Literal, NamedTuple, Protocol

from dunning.calendar import local_date
from dunning.case.case import Opened, Reachability, open_case
from dunning.case.facts import Exemption, Payment
from dunning.case.ledger import credit_payment
from dunning.explain.temporal_ui import shown
from dunning.money import Money
from dunning.notices.reachability import outside
from dunning.policy.file import Policy
from dunning.policy.plan import Invoice, Plan
from dunning.ports.cases import Cases
from dunning.ports.companies import Reach
from dunning.ports.outages import OutageError
from dunning.ports.payments import CarriedRests
from dunning.records.accounts import Account, is_exempt
from dunning.records.books import KnownInvoice
from dunning.records.inbox import News
from dunning.rules.machine import decide
from operations.accounts.last_word import last_word
from operations.deliver_news import DeliverNews, NewsRecords
from operations.differences import KnownCases, differences, known_facts, other_account
from operations.errors import RefusedError
from operations.new_invoice import NewInvoice, account_of, fitting, named_ids, other_brand, unknown_services

Outcome = Literal["started", "already running", "already closed"]


class Opening(NamedTuple):
    """What became of it. `reach`: whether the account has an address outside of what we host; None: nobody looked.

    `differs` names what it says otherwise than is known: that stays as it is.
    """

    outcome: Outcome
    reach: Reachability | None = None
    differs: tuple[str, ...] = ()


class OpeningRecords(NewsRecords, CarriedRests, KnownCases, Protocol):
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

        Raises RefusedError when the policy does not fit it, it pays for a service that the account has not, or no case
        of it can start, and leaves nothing behind then; and OutageError.
        """
        before = await self._known(new.account)
        try:
            plan = fitting(new, policy, before.zone if before else "")
        except (ValueError, OverflowError) as error:
            raise RefusedError(str(error), about=new.invoice) from None
        known = await self._store.invoice(new.invoice)
        if wrong := other_account(new, known):
            raise RefusedError(wrong, about=new.invoice)
        facts = await known_facts(self._store, known)
        if known and known.status == "closed":
            return Opening("already closed", differs=differences(new, facts, before) if before else ())
        account = _with(new, before)
        # Of a known invoice it is said, too, what is added to the account; a new one is there to add.
        differs = differences(new, facts, before if known else account) if before else ()
        if account != before:
            await self._store.put_account(account)
        generation = await self._store.open_invoice(
            KnownInvoice(number=new.invoice, account=new.account, policy=policy.name, due=new.due)
        )
        try:
            opened = await self._opened(new, plan, account, generation)
            started = await self._start(opened)
        except OutageError:
            raise
        except Exception as error:
            # Else the account would be held for an invoice that nobody can pay.
            await self._store.withdraw(new.invoice, generation, before)
            raise RefusedError(f"it cannot be started: {error or type(error).__name__}", about=new.invoice) from error
        if not started and opened.credit and opened.credit.minor > 0:
            await self._hand_over(opened.invoice, opened.credit)
        return Opening("started" if started else "already running", opened.reach, differs)

    async def _opened(self, new: NewInvoice, plan: Plan, account: Account, generation: int) -> Opened:
        carried = await self._store.take_carried(new.account, new.invoice, new.amount.currency, self._clock())
        return Opened(
            invoice=new.model_copy(update={"pays_for": named_ids(new.pays_for, account)}).invoice_facts(),
            plan=plan,
            reach=await self._look_at(account),
            credit=await self._credit(new, carried) if plan.uses_credit else None,
            carried=carried,
            generation=generation,
            exempt=await self._exempt(new, account, plan),
        )

    async def _exempt(self, new: NewInvoice, account: Account, plan: Plan) -> Exemption | None:
        paid_for = named_ids(new.pays_for, account)
        if not is_exempt(account, paid_for, local_date(self._clock(), plan.zone)):
            return None
        return await last_word(self._store, account.id, paid_for)

    async def _known(self, account: str) -> Account | None:
        try:
            return await self._store.account(account)
        except LookupError:
            return None

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

    async def _credit(self, new: NewInvoice, carried: Money) -> Money:
        """The account's credit pays its next invoice, once however often the row is opened."""
        return await self._store.use_credit(new.account, new.invoice, new.amount + carried, self._clock())


def _with(new: NewInvoice, before: Account | None) -> Account:
    """What is known of its account, and what it adds."""
    if before and (wrong := other_brand(new, before)):
        raise RefusedError(wrong, about=new.invoice, field="brand")
    account = account_of(new, before)
    if wrong := unknown_services(new.pays_for, account):
        raise RefusedError(wrong, about=new.invoice, field="pays_for")
    return account
