"""Reaching the invoices' cases from outside: to start one, to ask it, to tell it what happened, to list them."""

from collections.abc import AsyncIterator, Mapping
from datetime import date, datetime
from typing import NamedTuple, Protocol

from pydantic import BaseModel, ConfigDict, Field

from dunning import names
from dunning.case.case import Case, Opened
from dunning.case.facts import (
    AccountMerged,
    Answer,
    Approval,
    Bounced,
    CreditAvailable,
    DueDateChange,
    Exemption,
    GiveBack,
    MethodChanged,
    Payment,
    PaymentNews,
    Promise,
    Reconsider,
    RefusedCharge,
    Replan,
    Restored,
    Reversal,
    Undo,
    UseCredit,
    Void,
    Waiver,
)
from dunning.case.orders import Order
from dunning.names import Values
from dunning.ports.outages import OutageError
from dunning.states import State
from dunning.wire import Wire

Update = (
    Payment
    | Promise
    | Waiver
    | Approval
    | Void
    | DueDateChange
    | Undo
    | UseCredit
    | RefusedCharge
    | Exemption
    | AccountMerged
    | Replan
)
"""What a case answers with yes or no."""
UPDATES: Mapping[type[Wire], str] = {
    Payment: names.PAY,
    Promise: names.PROMISE,
    Waiver: names.WAIVE,
    Approval: names.APPROVE,
    Void: names.VOID,
    DueDateChange: names.CHANGE_DUE_DATE,
    Undo: names.UNDO,
    UseCredit: names.USE_CREDIT,
    RefusedCharge: names.DECIDE_CHARGE,
    Exemption: names.EXEMPT,
    AccountMerged: names.MOVE_ACCOUNT,
    Replan: names.REPLAN,
}
"""The names under which they are sent."""

Signal = Payment | Reversal | Restored | PaymentNews | MethodChanged | Bounced | Reconsider | CreditAvailable | GiveBack
"""What a case is told, and takes note of whenever a worker is there."""
SIGNALS: Mapping[type[Wire], str] = {
    Payment: names.PAYMENT_RECEIVED,
    Reversal: names.PAYMENT_REVERSED,
    Restored: names.PAYMENT_RESTORED,
    PaymentNews: names.PAYMENT_NEWS,
    MethodChanged: names.METHOD_CHANGED,
    Bounced: names.NOTICE_BOUNCED,
    Reconsider: names.RECONSIDER,
    CreditAvailable: names.CREDIT_AVAILABLE,
    GiveBack: names.GIVE_BACK,
}
"""The names under which they are sent."""


FORGOTTEN = "forgotten"
"""Of a case that the server does not know (any more): it never began there, or was kept long enough."""


class NoCaseError(Exception):
    """There is no open case of that invoice: it has ended, or was never started."""


class CaseSaysNoError(Exception):
    """The case said no. The text is its reason."""


class NoAnswerError(OutageError):
    """Temporal is there, but no worker: nothing is known to have happened."""


class ServerRefusedError(OutageError):
    """Temporal is there, but does not let us in, or knows no such namespace: to ask again at once is of no use."""


class BusyError(OutageError):
    """Temporal is there and has too much to do: who brings much comes again more slowly."""


class DeadCaseError(OutageError):
    """The server ended the case before its time. What is brought to it waits until a person recovers it."""


class CannotStartError(Exception):
    """Temporal does not take this case, whenever it is asked; others it does. The text is its reason."""


class Wanted(BaseModel):
    """Which cases to list: those with all of these values; an empty one means any. `ended`: those that ended, too.

    `states` are those that facts make (`dunning.case.state.State`), any of them. `coming` begins the next step.
    """

    model_config = ConfigDict(frozen=True)

    states: tuple[State, ...] = ()
    coming: str = ""
    account: str = Field(default="", pattern=r"^[\w.-]*$")
    policy: str = Field(default="", pattern=r"^[\w.-]*$")
    ended: bool = False


class Listed(NamedTuple):
    """A case as Temporal lists it. `status` is running, completed, ...; None: it never said.

    Temporal knows what facts make of its `state`; whoever lists adds what time does (`operations.cases.list_cases`).
    """

    invoice: str
    status: str
    account: str | None = None
    policy: str | None = None
    state: str | None = None
    level: str | None = None
    due: date | None = None
    coming: str | None = None
    balance_minor: int | None = None
    revision: int | None = None

    @property
    def running(self) -> bool:
        """Whether it goes on."""
        return self.status == "running"


class SeesCases(Protocol):
    """Whoever wants to know what is seen of cases from outside. It returns at once and never raises."""

    def opened(self, opened: Opened) -> None:
        """A case was started."""
        ...

    def answered(self, answer: Answer) -> None:
        """A case answered to what it was told."""
        ...

    def goes_on(self, case: Case, signal: Signal) -> None:
        """A closed case was started again with a signal, unless it was running already."""
        ...


class Trying(NamedTuple):
    """Work of a case that failed `times` times and is tried again: what, why it failed last, and when it is due again.

    `again_at` is None while a try is under way.
    """

    what: str
    times: int
    why: str
    again_at: datetime | None


class Cases(Protocol):
    """The invoices' workflows. All raise OutageError while Temporal cannot be reached."""

    async def start(self, opened: Opened, values: Values, *, dead: bool = False) -> bool:
        """Start a case with its search attributes; False when there is one of that invoice, running or ended.

        `dead`: one that the server ended before its time (`died`) does not count. Raises CannotStartError.
        """
        ...

    async def until_begun(self, invoice: str) -> None:
        """Return once some worker has had a started case's first task. Raises OutageError."""
        ...

    async def died(self, invoice: str) -> str:
        """How the server ended a case before its time: terminated, failed, ...; or FORGOTTEN.

        Empty while it runs, and when it came to its own end.
        """
        ...

    async def trying(self, invoice: str) -> tuple[Trying, ...]:
        """What a case is at and has tried in vain so far; nothing when all is well, or when there is no case."""
        ...

    async def ask(self, invoice: str) -> Case:
        """All facts of a case, running or still kept by Temporal. Raises NoCaseError, NoAnswerError."""
        ...

    async def tell(self, invoice: str, update: Update, update_id: str = "") -> Answer:
        """Bring it to a running case, and hear what became of it.

        The same `update_id` has the same answer; empty: it is a new one each time. Raises CaseSaysNoError,
        NoCaseError, NoAnswerError.
        """
        ...

    async def signal(self, invoice: str, signal: Signal) -> None:
        """Leave it with Temporal for a running case, worker or not. Raises NoCaseError."""
        ...

    async def wake(self, opened: Opened, signal: Signal) -> None:
        """Start a case again where it ended, in another life, with a signal; a running one only gets the signal."""
        ...

    async def still_wanted(self, order: Order) -> bool:
        """Ask a running case itself whether an order that it gave is wanted now; False when there is no such case.

        It costs five events, so it is for what nobody can take back. Raises NoAnswerError.
        """
        ...

    def listed(self, wanted: Wanted) -> AsyncIterator[Listed]:
        """The cases, one at a time: twenty thousand of them need no memory."""
        ...

    async def count(self, wanted: Wanted) -> int:
        """How many there are."""
        ...
