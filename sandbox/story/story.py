"""A story: one invoice, what happens to it day by day from its due date, and how that has to end."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, field_validator

from dunning.level import Level
from dunning.policy.plan import Action, Plan
from operations.invoices.new_invoice import NewInvoice


class _Written(BaseModel):
    """People write it: unknown keys are mistakes."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Happening(_Written):
    """Something that somebody does on a day counted from the due date."""

    day: int


class Pay(Happening):
    """Money arrives. `amount` is in the invoice's currency unless it names its own; `id` is the payment's.

    By `page` the customer opens the pay page of the portal and pays there what is owed; Stripe names that payment.
    """

    amount: str
    id: str
    by: Literal["update", "signal", "page"] = "update"


class Promises(Happening):
    """The customer promises to pay by the end of `until_day`."""

    until_day: int


class Approves(Happening):
    """A person agrees to a milestone."""

    milestone: str
    by: str


class Waives(Happening):
    """A person waives one charge, by its entry id (`invoice`, or the milestone that wrote it)."""

    entry: str
    by: str


class Voids(Happening):
    """The invoice was a mistake."""

    reason: str


class Declines(Happening):
    """The charge of that day is declined under that code."""

    code: str = "card_declined"


class Closes(Happening):
    """A maintenance window of the operator: from an hour before the policy's hour of that day on, so many `hours`.

    It is everybody's: no other story may have a step in it, nor near it.
    """

    hours: int


class Charges(_Written):
    """Charge attempts that the gateway has in its own books."""

    succeeded: int = 0
    declined: int = 0


class Ends(_Written):
    """How a story has to end; what is None is not looked at.

    `outcome` is what the case returns, or "open". `mails` are the subjects to the first address, `panel` the states of
    the first service, `credits` what became credit of the account, each oldest first.
    """

    outcome: Literal["paid", "waived", "void", "renewed", "deleted", "open"]
    state: str | None = None
    level: Level | None = None
    charges: Charges | None = None
    mails: tuple[str, ...] | None = None
    panel: tuple[str, ...] | None = None
    balance: str | None = None
    credits: tuple[str, ...] | None = None


class Story(_Written):
    """One invoice's life. In `row`, a date may be written as days from today ("+20"): the story lies ahead always.

    `decline` and `no_method` name days on which the policy charges; every other charge succeeds. Several payments of
    one day arrive while the first of them is still being worked on. `last_day` is where the story ends at the latest.
    """

    title: str
    row: NewInvoice
    pay: tuple[Pay, ...] = ()
    promise: tuple[Promises, ...] = ()
    approve: tuple[Approves, ...] = ()
    waive: tuple[Waives, ...] = ()
    void: tuple[Voids, ...] = ()
    closes: tuple[Closes, ...] = ()
    decline: tuple[Declines, ...] = ()
    no_method: tuple[int, ...] = ()
    ends: Ends
    last_day: int = Field(default=120, description="days from the due date")

    @field_validator("row", mode="before")
    @classmethod
    def _dates_from_today(cls, row: Any) -> Any:
        if not isinstance(row, dict):
            return row
        return {key: _from_today(value) for key, value in cast("dict[str, Any]", row).items()}

    @field_validator("decline", mode="before")
    @classmethod
    def _plain_days(cls, days: Any) -> Any:
        return [{"day": day} if isinstance(day, int) else day for day in days]

    def happenings(self) -> list[Happening]:
        """What people do, day by day."""
        return sorted((*self.pay, *self.promise, *self.approve, *self.waive, *self.void), key=lambda h: h.day)

    def charge_scripts(self, plan: Plan) -> list[str]:
        """What the gateway has to do at each charge of the plan, in order.

        Raises ValueError when a scripted day is none on which the policy charges.
        """
        answers = {d.day: f"decline:{d.code}" for d in self.decline} | dict.fromkeys(self.no_method, "no_method")
        days = [m.day for m in plan.milestones if m.action is Action.CHARGE]
        for day in answers:
            if day not in days:
                known = ", ".join(map(str, days)) or "none"
                msg = f"the policy {plan.policy} charges nothing on day {day}; its charge days are: {known}"
                raise ValueError(msg)
        return [answers.get(day, "ok") for day in days]


def read_stories(file: Path) -> list[Story]:
    """A story a line. Raises ValidationError."""
    return [Story.model_validate_json(line) for line in file.read_text().splitlines() if line.strip()]


def _from_today(value: Any) -> Any:
    if not (isinstance(value, str) and value.startswith("+")):
        return value
    return _today() + timedelta(days=int(value))


def _today() -> date:
    return datetime.now(UTC).date()  # noqa: TID251 - a story starts on the real today, and plays ahead of it
