"""The companies we talk to, as the activities see them. Adapters fit these Protocols."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from email.message import EmailMessage
from typing import NamedTuple, Protocol

from dunning.case.facts import CardOnFile
from dunning.case.orders import ChargeOrder, DeleteOrder, NoticeOrder, RefundOrder, RestrictOrder
from dunning.case.results import ChargeResult, Deferred, Found, RefundResult
from dunning.coverage import EVERYTHING, Coverage
from dunning.level import Level
from dunning.money import Money
from dunning.records.accounts import Account, Contact, Service
from dunning.records.effects import PanelState, ProbeResult
from dunning.records.inbox import News
from dunning.records.mail import Delivery, Mail, NoticeCopy, NoticeText
from dunning.records.payments import Attempt, Method
from dunning.services.site_state import SiteAccess


class Gateway(Protocol):
    """A gateway. All calls raise OutageError when it cannot be reached or is broken.

    They raise GatewayRefusedError when it refuses the call as malformed, or does not let us in; only the refusal of a
    new charge is a value.
    """

    async def method(self, account: Account) -> Method | None:
        """The payment method that may be charged off-session; None when there is no valid one on file (S3-09).

        Raises GatewayRefusedError for an account whose `payer` it does not know.
        """
        ...

    async def charge(self, order: ChargeOrder, method: Method) -> ChargeResult:
        """Charge once for `order.key`; a second call with that key and method never moves money again."""
        ...

    async def find(self, order: ChargeOrder, attempt: Attempt) -> ChargeResult | None:
        """What became of the attempt, by its stored payment id or else by its key; None: the company never saw it."""
        ...

    async def ask(self, order: ChargeOrder) -> ChargeResult:
        """What became of `order.payment`, which the customer began without us."""
        ...

    async def received(self, account: Account, invoice: str, known: Sequence[str]) -> Found:
        """Money of the customer's for that invoice other than the payments `known`; empty when there is none."""
        ...

    async def refund(self, order: RefundOrder) -> RefundResult:
        """Give money back once for `order.key`."""
        ...

    def movements(self, since: datetime, until: datetime) -> AsyncIterator[News]:
        """Every payment that arrived and every reversal in that time, as its webhook would have told it."""
        ...

    async def news(self, body: str) -> tuple[News, ...]:
        """What a webhook of the company says; empty for what concerns nobody here. The signature was checked before.

        Raises ValueError for what is no event of the company.
        """
        ...


class Visit(NamedTuple):
    """How the gateway's page is shown to a customer, and where it leads.

    `title` names what is paid for; `language` is a tag such as de or en. With a `consent` text a method is kept for
    later charges, and the text travels with it (S3-07). It leads to `back` when all is done, and to `left` when the
    customer goes away before.
    """

    title: str
    language: str
    consent: str
    back: str
    left: str


class Cards(Protocol):
    """A gateway that is only looked at. Raises OutageError when it cannot be reached or is broken."""

    async def card(self, account: Account) -> CardOnFile:
        """When the card ends that would be charged now; without an end where it is none, or nothing is on file.

        Raises GatewayRefusedError for an account whose `payer` it does not know.
        """
        ...


class HostedPages(Protocol):
    """The gateway's own page, where a customer pays or puts a payment method on file. Raises OutageError."""

    async def checkout(self, account: Account, invoice: str, amount: Money, visit: Visit) -> str:
        """The address of a page where `amount` is paid for the invoice; without a consent nothing is kept."""
        ...

    async def setup(self, account: Account, visit: Visit) -> str:
        """The address of a page where a payment method is put on file, under the visit's consent."""
        ...


class Panel(Protocol):
    """A control panel. `tag` marks a restriction as ours. What a call answers proves nothing: read the state after it.

    All raise OutageError when it cannot be reached, does not let us in, or answers what nobody understands.
    """

    def expresses(self, service: Service) -> frozenset[Level]:
        """The levels that the service's panel can show; it may be asked for no other."""
        ...

    def by_user(self, service: Service) -> bool:
        """Whether it switches all services of one panel user together: a cPanel account has site and mail in one.

        False where the panel is not known: then every other call raises.
        """
        ...

    async def state(self, service: Service) -> PanelState:
        """What the panel shows now; DELETED when it says that it does not know the service."""
        ...

    async def restrict(self, service: Service, level: Level, tag: str) -> None:
        """Ask for the level."""
        ...

    async def loosen(self, service: Service, tag: str) -> None:
        """Ask for normal running."""
        ...

    async def delete(self, service: Service, *, backups: bool) -> None:
        """Ask for deletion of the service, or of its back-ups only; nothing, when it has no say about those."""
        ...


class Sites(Protocol):
    """The software of customers' own sites: it shows what no panel can, such as a warning to owners at login."""

    async def tell(self, service: Service, level: Level, at: datetime) -> None:
        """Tell the site that it runs at `level` now, signed; nothing when the service names no `site`.

        Safe to repeat. Raises OutageError when the site does not take it.
        """
        ...


class SiteKeys(Protocol):
    """Addresses and secrets of customers' own sites: each site has its own, and no other's are the same."""

    def access(self, service: str) -> SiteAccess:
        """What the service's site is given once."""
        ...


class Probes(Protocol):
    """A look at a service from outside, as its visitors have it. Never raises for what it sees."""

    async def look(self, service: Service) -> ProbeResult | None:
        """What is seen now; None when the service names nothing to look at."""
        ...


class NoticeStarter(Protocol):
    """Notices that belong to no case's plan."""

    async def send(self, order: NoticeOrder) -> None:
        """Have the notice sent, once for its step; it goes out later. Raises OutageError when it cannot be ordered."""
        ...


class Reach(Protocol):
    """Which contacts can still be written to once services are suspended."""

    async def inside(self, account: Account, covers: Coverage = EVERYTHING) -> tuple[Contact, ...]:
        """The contacts that fall silent with the account's services that it covers.

        Never raises: what cannot be looked up is decided by the names alone.
        """
        ...


class BackUps(Protocol):
    """Whether there are back-ups of services."""

    async def exist(self, services: Sequence[Service]) -> bool | None:
        """None: nobody can say. Never raises for a panel that does not answer."""
        ...


class Guard(Protocol):
    """A reason why a consequence must wait, beyond what the case itself knows."""

    async def may(self, order: RestrictOrder | DeleteOrder) -> Deferred | None:
        """None lets it happen. Safe to ask again for the same order. Raises OutageError when it cannot be told."""
        ...


class Mailer(Protocol):
    """Outgoing mail. Raises OutageError for temporary refusals and when the server cannot be reached."""

    async def send(self, mail: Mail) -> Delivery:
        """Hand one message to the mail server."""
        ...


class MailComposer(Protocol):
    """Makes the message that a mailer would send, for whoever only looks at it."""

    def compose(self, mail: Mail) -> EmailMessage:
        """The whole message, headers included."""
        ...


class Renderer(Protocol):
    """Turns an order into the words that the customer reads."""

    def render(self, order: NoticeOrder, account: Account, notice: str = "") -> NoticeText:
        """The words of a notice, in the customer's language; a title without words of its own gets plain ones.

        `notice` is its id in the archive: the words may link to it.
        """
        ...

    def digest(self, copies: Sequence[NoticeCopy], account: Account) -> NoticeText:
        """One mail with all these notices, each whole as it is in the archive."""
        ...

    def copy_of(self, copy: NoticeCopy, account: Account) -> NoticeText:
        """A mail that shows a notice as it is in the archive, and says of which day it is."""
        ...
