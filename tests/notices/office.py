"""A mail room: the real activity, store, templates and SMTP, and a mail catcher that fails on demand."""

import dataclasses
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from temporalio.testing import ActivityEnvironment

from activities.notices.send_notice import SendNotice
from adapters import mail
from adapters.settings.settings import Settings
from adapters.store import SqlStore
from adapters.store.schema import upgrade
from adapters.templates import renderer
from dunning.case.orders import NoticeOrder
from dunning.case.results import NoticeResult
from dunning.money import Money
from dunning.records.accounts import Account, Contact
from operations.windows.shut import shut_by
from sandbox.mail.books import Message
from sandbox.mail.catcher import MailCatcher
from tests.notices.orders import notice_order

AT = datetime(2026, 12, 6, 14, tzinfo=UTC)


@dataclass
class Office:
    """`settings` are the operator's."""

    store: SqlStore
    catcher: MailCatcher
    settings: Settings
    activity: SendNotice = field(init=False)

    def __post_init__(self) -> None:
        rendering, replies = renderer.renderer_from(self.settings), renderer.replies(self.settings)
        mailer, seconds = mail.mailer_from(self.settings), self.settings.digest_seconds
        domain = "hosting.example"
        shut = shut_by(self.store, timedelta(hours=12))
        self.activity = SendNotice(mailer, rendering, self.store, domain, replies, shut=shut, digest_seconds=seconds)

    async def account(self, *emails: str, name: str = "bakery", **facts: Any) -> Account:
        """A customer with these contacts, the first of which is the owner's."""
        contacts = tuple(Contact(account=name, email=email, rank=rank) for rank, email in enumerate(emails))
        account = Account(id=name, name="Example Bakery", contacts=contacts, **facts)
        await self.store.put_account(account)
        return account

    async def send(self, written: NoticeOrder, attempt: int = 1) -> NoticeResult:
        """Run the activity, as the worker would."""
        environment = ActivityEnvironment()
        environment.info = dataclasses.replace(environment.info, attempt=attempt)
        return await environment.run(self.activity.send_notice, written)

    def to(self, email: str) -> list[Message]:
        """What arrived there."""
        return self.catcher.books.to(email)


def order(invoice: str = "INV-1042", account: str = "bakery", **changes: Any) -> NoticeOrder:
    """An overdue notice."""
    facts: dict[str, Any] = {
        "invoice": invoice,
        "account": account,
        "step": "first-overdue",
        "at": AT,
        "title": "First Invoice Overdue Notice",
        "policy": "a-small-orange",
        "zone": "America/New_York",
        "due": date(2026, 12, 1),
        "balance": Money.parse("USD 19.99"),
        "next_action": "suspend",
        "next_at": datetime(2026, 12, 11, 14, tzinfo=UTC),
    }
    return notice_order(**(facts | changes))


@asynccontextmanager
async def an_office(folder: Path, **settings: Any) -> AsyncGenerator[Office]:
    """Open for the block."""
    url = f"sqlite+aiosqlite:///{folder}/store.db"
    upgrade(url)
    catcher, store = MailCatcher(), SqlStore(url)
    server = await catcher.listen(0)
    given: dict[str, Any] = {
        "smtp_port": server.sockets[0].getsockname()[1],
        "link_secrets": ("a secret of at least 32 characters",),
        "portal_url": "https://p.example",
    }
    try:
        yield Office(store, catcher, Settings(**(given | settings)))
    finally:
        server.close()
        await store.close()
