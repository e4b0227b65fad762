"""What comes from outside, kept until it is handled: webhooks, what people give by commands, and mails."""

from collections.abc import Sequence
from typing import Protocol

from dunning.records.inbox import InboxEvent
from dunning.records.mail import InboundMail


class Inbox(Protocol):
    """Webhooks, and what people give by commands."""

    async def receive(self, events: Sequence[InboxEvent]) -> None:
        """Keep webhooks until they are handled, all in one transaction that survives a power failure.

        One that is known (source and id) stays as it is.
        """
        ...

    async def keep_given(self, event: InboxEvent) -> InboxEvent:
        """Keep what a person gives, unless the very same of that invoice waits: then that.

        It survives a power failure.
        """
        ...

    async def waiting(self, most: int) -> tuple[InboxEvent, ...]:
        """What nobody handled yet, oldest first."""
        ...

    async def handled(self, event: InboxEvent, outcome: str) -> None:
        """Note what became of it; the first outcome stays."""
        ...

    async def wait_again(self, invoice: str) -> int:
        """Have all that was brought to the invoice's case wait once more, and tell how much that is.

        What was refused, or given to a person, stays as it is.
        """
        ...

    async def event(self, source: str, event: str) -> InboxEvent | None:
        """What was kept, handled or not."""
        ...


class Mailbox(Protocol):
    """Mails."""

    async def receive_mails(self, mails: Sequence[InboundMail]) -> None:
        """Keep mails until they are handled, all in one transaction that survives a power failure.

        One that is known stays as it is.
        """
        ...

    async def waiting_mails(self, most: int) -> tuple[str, ...]:
        """The ids of mails that nobody handled yet, oldest first: a mail may be long."""
        ...

    async def handled_mail(self, mail: str, outcome: str, notice: str = "", ticket: str = "") -> None:
        """Note what became of a mail; the first outcome stays."""
        ...

    async def inbound_mail(self, mail: str) -> InboundMail | None:
        """A mail that was kept, handled or not."""
        ...
