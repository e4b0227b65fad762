"""Subscriptions: their workflows, and what the store has of them for people."""

from collections.abc import AsyncIterator, Mapping
from datetime import date
from typing import Protocol

from dunning import names
from dunning.records.accounts import Account
from dunning.subscriptions.numbers import Numbers
from dunning.subscriptions.renewals import Renewal
from dunning.subscriptions.subscription import Answer, Asked, Cancel, Change, Pause, Subscription
from dunning.wire import Wire

ASKED: Mapping[type[Wire], str] = {Change: names.CHANGE, Pause: names.PAUSE, Cancel: names.CANCEL}
"""The names under which it is sent what people ask of it."""


class NoSubscriptionError(Exception):
    """No such subscription goes on: it is over, or never began."""


class SubscriptionSaysNoError(Exception):
    """The subscription said no. The text is its reason."""


class Subscriptions(Protocol):
    """The workflows, which know what is so. All raise OutageError while Temporal cannot be reached."""

    async def start(self, subscription: Subscription) -> bool:
        """Start one; False when there is one of that id that runs, or came to its own end."""
        ...

    def running(self) -> AsyncIterator[str]:
        """The ids of those that go on. One that was started just now may be missing."""
        ...

    async def died(self, subscription: str) -> bool:
        """Whether the server ended its last run, or knows none; False when it goes on, or came to its own end."""
        ...

    async def ask(self, subscription: str) -> Subscription:
        """All of it. Raises NoSubscriptionError, NoAnswerError."""
        ...

    async def tell(self, subscription: str, asked: Asked) -> Answer:
        """Have something done, and hear what it is like then.

        Raises SubscriptionSaysNoError, NoSubscriptionError, NoAnswerError.
        """
        ...


class SubscriptionRecords(Protocol):
    """What the store has of them. The row of each is what its workflow noted last: for people, never for deciding."""

    async def begin_subscription(self, new: Subscription, account: Account | None, before: Account | None) -> bool:
        """Note a subscription with its account (None: nothing new); False when there is one of that id.

        Raises AccountChangedError when the account is not as it was `before` any more.
        """
        ...

    async def note_subscription(self, seen: Subscription) -> None:
        """Bring its row to what its workflow says; one that knows more stays."""
        ...

    async def subscription(self, name: str) -> Subscription | None:
        """The subscription of that id, as it was noted last."""
        ...

    async def subscriptions(self, account: str = "") -> tuple[Subscription, ...]:
        """The account's subscriptions, those that ended too; all accounts' when it is empty."""
        ...

    async def renewals(self, subscription: str = "") -> tuple[Renewal, ...]:
        """What was billed of it, the oldest first; of all subscriptions, when it is empty."""
        ...

    async def renewal(self, subscription: str, number: int) -> Renewal | None:
        """One renewal, if it has got its invoice's number."""
        ...

    async def number_renewal(self, renewal: Renewal, numbers: Numbers, day: date) -> str:
        """Give a renewal the next number of that day's series, once; asked again it is the same."""
        ...
