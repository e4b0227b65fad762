"""The store, as activities and portal see it: what outlives an open invoice."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Protocol

from dunning.case.orders import CloseOrder, TicketOrder
from dunning.fleet.breaker import Limits
from dunning.holds import Hold
from dunning.money import Money
from dunning.records.accounts import Account
from dunning.records.books import ClosedLedger, Credit, OpenInvoice, Ticket
from dunning.records.effects import Consequence, Effect
from dunning.records.inbox import InboxEvent
from dunning.records.mail import InboundMail, NoticeCopy
from dunning.records.payments import Attempt, Consent


class Store(Protocol):
    """What outlives an open invoice. Every write is idempotent on the key it carries."""

    async def put_account(self, account: Account) -> None:
        """Insert or replace an account with its contacts and services."""
        ...

    async def account(self, account: str) -> Account:
        """Raises LookupError, naming the account, when there is none."""
        ...

    async def owners(self, service: str) -> tuple[str, ...]:
        """The accounts that name the service, by id; several, when somebody signed up again with the same name."""
        ...

    async def open_invoice(self, invoice: OpenInvoice) -> bool:
        """Note an invoice as open; False when it is already known (its status is left as it is)."""
        ...

    async def invoice(self, number: str) -> OpenInvoice | None:
        """What is known of an invoice, open or not."""
        ...

    async def mark_invoice(self, number: str, status: str) -> None:
        """Set its status: open, void, paid or closed. Raises LookupError when the invoice was never opened."""
        ...

    async def move_due(self, number: str, due: date) -> None:
        """Set its due date. Raises LookupError when the invoice was never opened."""
        ...

    async def open_invoices(self, account: str) -> tuple[OpenInvoice, ...]:
        """The account's open invoices, oldest due first."""
        ...

    async def all_invoices(self, account: str) -> tuple[OpenInvoice, ...]:
        """Every invoice of the account, open or not, oldest due first."""
        ...

    async def account_of(self, payer: str) -> str:
        """The account whose `payer` that is; empty when there is none."""
        ...

    async def past_due(self, account: str, today: date) -> tuple[str, ...]:
        """Numbers of the account's open invoices whose due date lies before `today`, oldest first."""
        ...

    async def holds(self, account: str) -> tuple[Hold, ...]:
        """The account's holds, oldest first."""
        ...

    async def place_hold(self, hold: Hold) -> None:
        """Insert the hold of (account, source), or bring an existing one to the new level (keeping `since`).

        Raises LookupError when the account is not known.
        """
        ...

    async def replace_holds(self, account: str, before: Sequence[Hold], after: Sequence[Hold]) -> bool:
        """Swap the account's holds in one transaction; False, changing nothing, when they are no longer `before`."""
        ...

    async def put_effects(self, found: Iterable[Effect]) -> None:
        """Insert or replace the effects of their accounts and services; one that is later than what comes stays."""
        ...

    async def effects(self, account: str) -> tuple[Effect, ...]:
        """What the account's services were brought to last, by service."""
        ...

    async def watched(self, since: datetime, after: str, most: int) -> tuple[str, ...]:
        """Accounts with a hold, a restricted service, or an effect at or after `since`, by id; `most` above `after`."""
        ...

    async def put_notice(self, notice: NoticeCopy) -> None:
        """Insert or replace the copy of that id."""
        ...

    async def notice(self, notice: str) -> NoticeCopy | None:
        """The archived copy of that id."""
        ...

    async def notices(self, invoice: str) -> tuple[NoticeCopy, ...]:
        """The invoice's notices, oldest first."""
        ...

    async def account_notices(self, account: str) -> tuple[NoticeCopy, ...]:
        """The account's notices, of all its invoices and of none, oldest first."""
        ...

    async def claim_digest(self, notice: NoticeCopy) -> NoticeCopy:
        """Take all copies to its recipient that wait for the same day (see `digest`) into one digest; it afterwards.

        Its `digest` is empty when it waited alone, and another one's id when that one was faster.
        """
        ...

    async def digest(self, digest: str) -> tuple[NoticeCopy, ...]:
        """The copies that go out in that digest, oldest first, then by id."""
        ...

    async def settle_digest(self, digest: str, status: str, detail: str) -> None:
        """Write what the mail server said of the digest into each of its copies."""
        ...

    async def withdraw_notice(self, notice: str, waiting: str) -> None:
        """Take a copy out of those that wait. Nothing happens once it is claimed."""
        ...

    async def put_attempt(self, attempt: Attempt) -> None:
        """Insert or replace the attempt of that key."""
        ...

    async def attempt(self, key: str) -> Attempt | None:
        """The attempt of that key."""
        ...

    async def declined_since(self, method: str, since: datetime) -> int:
        """How many attempts with that payment method were declined at or after `since`."""
        ...

    async def charged_between(self, since: datetime, until: datetime) -> tuple[Attempt, ...]:
        """The attempts that moved money, from `since` up to but not at `until`, oldest first."""
        ...

    async def use_credit(self, account: str, invoice: str, most: Money, at: datetime) -> Money:
        """Take up to `most` of the account's credit for that invoice, once: a second call gives the first answer.

        What was taken lies in the credits as a negative line under `used:<invoice>`.
        """
        ...

    async def credit(self, credit: str) -> Credit | None:
        """The credit of that id."""
        ...

    async def add_credit(self, credit: Credit) -> bool:
        """Credit once per id; False when that id was credited before."""
        ...

    async def credits(self, account: str) -> tuple[Credit, ...]:
        """The account's credits, oldest first."""
        ...

    async def open_ticket(self, order: TicketOrder) -> bool:
        """Open the ticket of `order.key` once; False when it exists."""
        ...

    async def tickets(self, account: str) -> tuple[Ticket, ...]:
        """The account's tickets, oldest first; all accounts' when it is empty."""
        ...

    async def ticket(self, key: str) -> Ticket | None:
        """The ticket of that key."""
        ...

    async def add_consent(self, consent: Consent) -> bool:
        """Keep a consent once per id; False when it was kept before."""
        ...

    async def consents(self, account: str) -> tuple[Consent, ...]:
        """The account's consents, oldest first."""
        ...

    async def receive(self, events: Sequence[InboxEvent]) -> None:
        """Keep webhooks until they are handled, all in one transaction that survives a power failure.

        One that is known (source and id) stays as it is.
        """
        ...

    async def waiting(self, most: int) -> tuple[InboxEvent, ...]:
        """Webhooks that nobody handled yet, oldest first."""
        ...

    async def handled(self, event: InboxEvent, outcome: str) -> None:
        """Note what became of a webhook; the first outcome stays."""
        ...

    async def handled_all(self, outcomes: Sequence[tuple[InboxEvent, str]]) -> None:
        """Note what became of several, in one transaction."""
        ...

    async def event(self, source: str, event: str) -> InboxEvent | None:
        """A webhook that was kept, handled or not."""
        ...

    async def admit(self, asked: Sequence[Consequence], limits: Limits) -> tuple[Consequence, ...]:
        """What the breaker says to each, one after the other: see `dunning.fleet.breaker.Books`.

        No two callers ever take the last place together. Safe to repeat with the same `at`.
        """
        ...

    async def admitted(self, action: str, since: datetime, until: datetime) -> tuple[Consequence, ...]:
        """What was admitted by itself from `since` up to and at `until`, oldest first."""
        ...

    async def receive_mails(self, mails: Sequence[InboundMail]) -> None:
        """Keep mails until they are handled, all in one transaction that survives a power failure.

        One that is known stays as it is.
        """
        ...

    async def waiting_mails(self, most: int) -> tuple[InboundMail, ...]:
        """Mails that nobody handled yet, oldest first."""
        ...

    async def handled_mail(self, mail: str, outcome: str, notice: str = "", ticket: str = "") -> None:
        """Note what became of a mail; the first outcome stays."""
        ...

    async def inbound_mail(self, mail: str) -> InboundMail | None:
        """A mail that was kept, handled or not."""
        ...

    async def sent_as(self, message_ids: Sequence[str]) -> tuple[NoticeCopy, ...]:
        """The notices that went out in mails of these Message-IDs, those inside of a digest included."""
        ...

    async def mark_bounced(self, notice: NoticeCopy, code: str, at: datetime) -> None:
        """Note that the notice came back, and that its contact bounces: the first bounce of an address stays."""
        ...

    async def accounts_of_contact(self, email: str) -> tuple[str, ...]:
        """The accounts that have a contact of that address, by id."""
        ...

    async def close_ledger(self, order: CloseOrder) -> None:
        """Insert or replace the closed books of the invoice and set its status to closed."""
        ...

    async def ledger(self, invoice: str) -> ClosedLedger | None:
        """The closed books of an invoice."""
        ...
