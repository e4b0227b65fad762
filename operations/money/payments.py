"""Money that a person or a program enters: a payment, one that was taken back, one that came again; and credit.

It ends in the books exactly once, whatever state the invoice is in. A person mistypes, so here nothing is parked for an
invoice that nobody knows: it is refused.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Final, Literal, NamedTuple, Protocol

from dunning.case.case import Case
from dunning.case.facts import Payment, Restored, Reversal
from dunning.money import Money, sums
from dunning.policy.file import Policy
from dunning.ports.accounts import Accounts
from dunning.ports.cases import Cases, CaseSaysNoError, NoCaseError
from dunning.ports.outages import OutageError, StoreOutageError
from dunning.ports.payments import CarriedRests
from dunning.records.credit import UNMATCHED, Credit
from dunning.records.inbox import News, NewsOutcome, Outcome
from dunning.rules.updates import payment_refused
from dunning.states import StateAt
from operations.accounts.write import known
from operations.cases.look import CaseOf
from operations.errors import CaseRefusedError, NoSuchInvoiceError, RefusedError
from operations.invoices.check_invoice import Policies
from operations.kept import KeptFirst
from operations.money.count_money import Brought, CountMoney
from operations.money.deliver_news import DeliverNews, NewsRecords
from operations.money.known_back import KnownTakenBack
from operations.money.known_money import First, KnownMoney

SENT: Final = "sent"
"""The outcome of a payment that waits with the server for its case."""


class Taken(NamedTuple):
    """What became of a payment. `balance` and `state` are the invoice's afterwards, where a running case said so.

    `counted` is what the ledger has for that payment's id: a second call with another amount changes nothing. `first`
    is what the first call was answered, when the payment was known already.
    """

    outcome: NewsOutcome
    balance: Money | None = None
    state: StateAt | Literal[""] = ""
    counted: Money | None = None
    first: NewsOutcome | Literal[""] = ""

    @property
    def late(self) -> bool:
        """Whether the invoice had no running case any more."""
        return self.balance is None and self.outcome != SENT


class CreditOf(NamedTuple):
    """The credit of an account, oldest first, and what is left of it: a sum for each currency, by its code.

    `carried` are the sums of what was too small to be asked for, and is owed with the account's next invoice.
    """

    account: str
    left: tuple[Money, ...]
    credits: tuple[Credit, ...]
    carried: tuple[Money, ...] = ()


class PaymentRecords(NewsRecords, CarriedRests, Protocol):
    """Where money of an account may lie."""


class Payments:
    """All raise OutageError; safe to repeat: the same id is never counted twice. What is entered is kept first.

    `seen` hears of a case as it is once money was taken back or came again: that is a signal, and has no answer.
    """

    def __init__(
        self,
        store: PaymentRecords,
        cases: Cases,
        policies: Policies,
        case_of: CaseOf,
        *,
        seen: Callable[[Case], None],
        kept: KeptFirst,
    ) -> None:
        self._store = store
        self._cases = cases
        self._kept = kept
        self._policies = policies
        self._seen = seen
        self._known = KnownMoney(store, case_of, policies)
        self._known_back = KnownTakenBack(store, case_of)
        self._money = CountMoney(store, cases)
        self._news = DeliverNews(store, cases)

    async def take(self, invoice: str, payment: Payment, *, durable: bool = False, force: bool = False) -> Taken:
        """Enter a payment. For a closed invoice it becomes credit of its account and a Billing ticket.

        `durable`: do not wait for a worker; the server keeps it for the case, and the outcome is "sent". `force`: park
        money in another currency. Raises RefusedError, and NoAnswerError when no worker acknowledged it.
        """
        if reason := payment_refused(payment):
            raise RefusedError(reason, field="amount")
        first = await self._looked_up(invoice, payment, durable=durable, force=force)
        taken = await self._taken(invoice, payment, durable=durable)
        return taken._replace(first=first.outcome, counted=taken.counted or first.amount) if first else taken

    async def _looked_up(self, invoice: str, payment: Payment, *, durable: bool, force: bool) -> First | None:
        """What is known of it. A payment that is known is brought all the same: who brought it first may have died."""
        case = None if durable else await self._known.case(invoice)
        try:
            first = await self._known.first(invoice, payment.id, case)
        except OutageError:
            first = None
        if first is None and not force:
            await self._known.check_currency(invoice, payment, case)
        return first

    async def _taken(self, invoice: str, payment: Payment, *, durable: bool) -> Taken:
        try:
            brought = await self._brought(invoice, payment, durable=durable)
        except CaseSaysNoError as error:
            raise CaseRefusedError(invoice, str(error)) from None
        answer = brought.answer
        return Taken(answer.outcome, answer.balance, answer.state, answer.counted) if answer else Taken(brought.outcome)

    async def _brought(self, invoice: str, payment: Payment, *, durable: bool) -> Brought:
        """A case may run though the store is away, or was lost and knows nothing of it."""
        try:
            if await self._store.invoice(invoice):
                news = News(invoice=invoice, fact=payment)
                return await self._kept.give(news, lambda _: self._money.payment(invoice, payment, durable=durable))
            brought = await self._money.tell(invoice, payment, durable=durable)
        except StoreOutageError:
            brought = await self._money.tell(invoice, payment, durable=durable)
            if brought is None:
                raise
        if brought is None:
            raise _unknown(invoice)
        return brought

    async def reverse(self, invoice: str, reversal: Reversal, *, force: bool = False) -> Outcome:
        """Enter money that was taken back: the invoice is owed again.

        Raises RefusedError, also for more than is left of the payment, for another currency, for something else under a
        known id, and for a payment that nobody knows: a person mistypes. `force`: the payment will come; this waits.
        """
        await self._check(invoice, reversal.amount)
        await self._known_back.check_reversal(invoice, reversal, force=force)
        return await self._signalled(News(invoice=invoice, fact=reversal))

    async def restore(self, invoice: str, restored: Restored, *, force: bool = False) -> Outcome:
        """Enter money that came again after it was taken back, as by a dispute that was won. Raises RefusedError alike.

        `force`: also of a reversal that is not known yet; it waits for that.
        """
        await self._check(invoice, restored.amount)
        await self._known_back.check_restored(invoice, restored, force=force)
        return await self._signalled(News(invoice=invoice, fact=restored))

    async def _signalled(self, news: News) -> Outcome:
        outcome = await self._kept.give(news, self._news.deliver)
        if outcome.outcome == "noted":
            with suppress(NoCaseError, OutageError):  # it is with the server, whoever answers now
                self._seen(await self._cases.ask(news.invoice))
        return outcome

    async def _check(self, invoice: str, amount: Money) -> None:
        if amount.minor <= 0:
            raise RefusedError(f"{amount} is not positive", field="amount")
        if await self._store.invoice(invoice) is None:
            raise NoSuchInvoiceError(invoice, ", so nothing was recorded")

    async def currency(self, invoice: str) -> str:
        """The invoice's currency, for an amount that was written without one. Raises NoSuchInvoiceError."""
        try:
            return (await self._cases.ask(invoice)).invoice.amount.currency
        except NoCaseError:
            closed, known = await self._store.ledger(invoice), await self._store.invoice(invoice)
        if known is None:
            raise _unknown(invoice)
        return closed.balance.currency if closed else self._policy(known.policy).currency

    def _policy(self, name: str) -> Policy:
        try:
            return self._policies(name)
        except ValueError as error:
            raise RefusedError(str(error)) from None

    async def credit(self, account: str) -> CreditOf:
        """The money of an account that belongs to no open invoice. Raises NoSuchAccountError."""
        found = await self._store.credits(account)
        if not found and account != UNMATCHED:
            await known_account(self._store, account)
        with suppress(LookupError):  # an account may be only in the books
            account = (await self._store.account(account)).id
        waits = sums(each.amount for each in await self._store.carried(account))
        return CreditOf(account, sums(each.amount for each in found), found, tuple(m for m in waits if m.minor))


async def known_account(store: Accounts, account: str) -> None:
    """Raise NoSuchAccountError for an account that nobody here knows: nothing found is then no answer.

    Raises MergedAccountError for one that is another one's by now.
    """
    await known(store, account)


def _unknown(invoice: str) -> NoSuchInvoiceError:
    return NoSuchInvoiceError(
        invoice,
        ", so nothing was recorded; is the number right?\n"
        "If the money did arrive, find its invoice and enter it there under the same id",
    )
