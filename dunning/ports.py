"""The companies and stores we talk to, as the activities see them. Adapters fit these Protocols."""

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from dunning.holds import Hold
from dunning.levels import Level
from dunning.orders import ChargeOrder, CloseOrder, NoticeOrder, RefundOrder, TicketOrder
from dunning.records import (
    Account,
    Attempt,
    ClosedLedger,
    Credit,
    Delivery,
    Mail,
    NoticeCopy,
    NoticeText,
    OpenInvoice,
    Service,
    Ticket,
)
from dunning.results import ChargeResult, RefundResult


class OutageError(Exception):
    """The other side could not be reached or is broken: nothing is known to have happened; try again later."""


class Gateway(Protocol):
    """A payment company. Both calls raise OutageError when it cannot be reached."""

    async def charge(self, order: ChargeOrder) -> ChargeResult:
        """Charge once for `order.key`; a second call with that key never moves money again."""
        ...

    async def find(self, order: ChargeOrder) -> ChargeResult | None:
        """What became of the attempt; None when the company never saw it."""
        ...

    async def refund(self, order: RefundOrder) -> RefundResult:
        """Give money back once for `order.key`."""
        ...


class Panel(Protocol):
    """A control panel. `tag` marks a restriction as ours. All raise OutageError when it cannot be reached."""

    async def state(self, service: Service) -> Level:
        """What the panel shows now; DELETED when it does not know the service."""
        ...

    async def tag(self, service: Service) -> str:
        """The reason that the panel shows for the restriction; empty when there is none."""
        ...

    async def restrict(self, service: Service, level: Level, tag: str) -> None:
        """Ask for the level. What the panel answers proves nothing: read the state."""
        ...

    async def release(self, service: Service, tag: str) -> None:
        """Ask for normal running."""
        ...

    async def delete(self, service: Service, *, backups: bool) -> None:
        """Ask for deletion of the service, or of its back-ups only."""
        ...

    async def has_backups(self, service: Service) -> bool:
        """Whether the panel still holds back-ups of the service."""
        ...


class Mailer(Protocol):
    """Outgoing mail. Raises OutageError for temporary refusals and when the server cannot be reached."""

    async def send(self, mail: Mail) -> Delivery:
        """Hand one message to the mail server."""
        ...


class Renderer(Protocol):
    """Turns an order into the words that the customer reads."""

    def render(self, order: NoticeOrder, account: Account) -> NoticeText:
        """The words of a notice; a title without words of its own gets plain ones."""
        ...


class Store(Protocol):
    """What outlives an open invoice. Every write is idempotent on the key it carries."""

    async def put_account(self, account: Account) -> None:
        """Insert or replace an account with its contacts and services."""
        ...

    async def account(self, account: str) -> Account:
        """Raises LookupError, naming the account, when there is none."""
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

    async def put_notice(self, notice: NoticeCopy) -> None:
        """Insert or replace the copy of that id."""
        ...

    async def notice(self, notice: str) -> NoticeCopy | None:
        """The archived copy of that id."""
        ...

    async def notices(self, invoice: str) -> tuple[NoticeCopy, ...]:
        """The invoice's notices, oldest first."""
        ...

    async def put_attempt(self, attempt: Attempt) -> None:
        """Insert or replace the attempt of that key."""
        ...

    async def attempt(self, key: str) -> Attempt | None:
        """The attempt of that key."""
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
        """The account's tickets, oldest first."""
        ...

    async def close_ledger(self, order: CloseOrder) -> None:
        """Insert or replace the closed books of the invoice and set its status to closed."""
        ...

    async def ledger(self, invoice: str) -> ClosedLedger | None:
        """The closed books of an invoice."""
        ...
