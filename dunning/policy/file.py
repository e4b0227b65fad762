"""A policy: what an operator writes in a TOML file. Strict, because a typing mistake here suspends people."""

import re
from datetime import time
from functools import cached_property
from typing import Annotated, Any, Literal, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, Strict, model_validator

from dunning.calendar import Offset
from dunning.currencies import known_currency
from dunning.holds import Rule
from dunning.level import Level
from dunning.mistakes import shown
from dunning.money import CurrencyCode, Money
from dunning.policy.fee import Fee, read_fee
from dunning.policy.plan import MILESTONE_ACTIONS, Action, Excess, OpenCredit, WhenFailed

ANCHORS: tuple[str, ...] = ("due", "paid-through")
"""What an offset may count from, besides the name of an earlier milestone."""
_HOUR = re.compile("(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9])?")
_SPACES = dict.fromkeys(map(ord, "\u00a0\u2009\u202f"), " ")
"""No-break and thin spaces, which good typography has within a line."""
_FAR_DAYS = 3_720
"""Ten years in months of 31 days: an offset beyond that is a slip, and the calendar ends somewhere."""


class _Written(BaseModel):
    """People write it: unknown keys are mistakes."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        msg = f"{shown(name)} is not a time zone; write one like 'America/New_York'"
        raise ValueError(msg) from None
    return name


def _valid_offset(value: int | str) -> int | str:
    offset = Offset.parse(value)
    days = 31 * abs(offset.months) + abs(offset.days) + abs(offset.minutes) // (24 * 60)
    if days > _FAR_DAYS:
        msg = f"{shown(value)} is more than ten years from where it counts"
        raise ValueError(msg)
    return value


def _money(value: object) -> object:
    if isinstance(value, str):
        return Money.parse(value)
    if value is None or isinstance(value, Money):
        return value
    msg = f"{shown(value)} is not an amount; write it like 'USD 19.99'"
    raise ValueError(msg)


def _restricting(level: object) -> object:
    if level not in (None, Level.WARNED, Level.LOCKED, Level.SUSPENDED):
        msg = f"{shown(level)} is not a level that a chargeback can bring; choose warned, locked or suspended"
        raise ValueError(msg)
    return level


def _milestone_action(action: object) -> object:
    if action not in MILESTONE_ACTIONS:
        msg = f"{shown(action)} is not a milestone; choose one of {', '.join(MILESTONE_ACTIONS)}"
        raise ValueError(msg)
    return action


def _local_time(value: object) -> time:
    hour = value if isinstance(value, time) else None
    if isinstance(value, str) and _HOUR.fullmatch(value):
        hour = time.fromisoformat(value)
    if hour is None or hour.tzinfo:
        msg = f"{shown(value)} is not a local time; write it like 09:00:00, without quotes"
        raise ValueError(msg)
    return hour


def _one_line(title: str) -> str:
    if not title.translate(_SPACES).isprintable():
        raise ValueError("must be one line of plain text: it becomes the subject of a mail")
    return title


Whole = Annotated[int, Strict()]
Flag = Annotated[bool, Strict()]
Hour = Annotated[time, BeforeValidator(_local_time)]
Title = Annotated[str, Field(max_length=200), AfterValidator(_one_line)]
Zone = Annotated[str, AfterValidator(_known_zone)]
Amount = Annotated[Money, BeforeValidator(_money)]
FeeRule = Annotated[Fee, BeforeValidator(read_fee)]


class MilestoneRule(_Written):
    """One step of a policy.

    `offset` is days or an ISO 8601 duration from `after`: "due", "paid-through", or an earlier milestone's name.
    `hour` overrides the policy's local hour. `approvals` is how many people must agree before it happens. `warns_of`
    are the names of later consequences that this step's notice announces.
    """

    name: str = Field(default="", pattern=r"^[a-z0-9-]+$")
    action: Annotated[Action, BeforeValidator(_milestone_action)]
    after: str = "due"
    offset: Annotated[int | str, BeforeValidator(_valid_offset)]
    hour: Hour | None = None
    notice: Title = ""
    notice_failed: Title = ""
    notice_no_method: Title = ""
    fee: FeeRule | None = None
    fee_without_attempt: Flag = True
    approvals: Whole = Field(default=0, ge=0, le=5)
    voids: Flag = False
    services: tuple[str, ...] = ()
    warns_of: tuple[str, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _named_after_its_action(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        written = cast("dict[str, Any]", values)
        action = written.get("action")
        return {"name": str(action).replace("_", "-"), **written} if action in MILESTONE_ACTIONS else written

    @cached_property
    def distance(self) -> Offset:
        """The offset, parsed."""
        return Offset.parse(self.offset)


class Reinstatement(_Written):
    """What reinstates the services. `fee` is added to the balance when the service is suspended."""

    rule: Rule = Rule.THIS_INVOICE
    fee: FeeRule | None = None


class Charging(_Written):
    """Automatic attempts beside the charge milestones.

    `new_method`: a new or changed payment method is tried once, at once, when a charge has failed before. `most` is the
    most automatic attempts that an invoice gets, counted over everything (S3-15: two). `expiry_notices` are the days
    before the end of a card on which its owner is told, when it ends before the next charge; `expiry_notice` is the
    title.
    """

    new_method: Flag = False
    most: Whole | None = Field(default=None, ge=1, le=20)
    expiry_notices: tuple[Annotated[Whole, Field(ge=0, le=90)], ...] = Field(default=(), max_length=5)
    expiry_notice: Title = Field(default="Your Card Expires", min_length=1)


class TakenBackRule(_Written):
    """What happens when money is taken back and something is owed again: see `dunning.policy.plan.TakenBack`."""

    grace: Whole = Field(default=10, ge=0, le=90)
    notice: Title = "Payment Taken Back"
    chargeback: Annotated[Level | None, BeforeValidator(_restricting)] = None


class RestorationRule(_Written):
    """What a customer may buy back after the deletion: see `dunning.policy.plan.Restoration`."""

    backup_fee: Amount | None = None
    archive_fee: Amount | None = None
    notice: Title = "Services Deleted"


class RenewalRule(_Written):
    """How subscriptions renew. `while_suspended`: also while all that they pay for is suspended for money."""

    while_suspended: Flag = True


class ProcessorRule(_Written):
    """What steps wait for when the customer pays by a subscription that a processor runs.

    A payment that is expected within `wait_days` is awaited. `when_failed`: whether the processor's own retries are
    awaited, too, or the timeline takes over at once.
    """

    wait_days: Whole = Field(default=7, ge=0, le=31)
    when_failed: WhenFailed = WhenFailed.WAIT


class Policy(_Written):
    """A dunning policy. `hour` is local time in `zone`; an account's own zone replaces the policy's.

    `use_credit`: the account's credit pays its next invoice. `open_credit`: when credit that comes later pays an open
    one. `least_balance`: what is owed has no consequence unless it is more than that (default: what the gateway charges
    at least). `digest`: an account's notices of one day go out as one. `only_in_hours_of`: consequences come only
    while that department is there. `repeated_warning` is the title of the notice that warns again when a warning did
    not arrive, or does not count any more.
    """

    name: str
    version: str = ""
    title: Title
    source: str = ""
    currency: Annotated[CurrencyCode, AfterValidator(known_currency)]
    zone: Zone
    hour: Hour
    payment_notice: Title = ""
    repeated_warning: Title = Field(default="Invoice Overdue", min_length=1)
    excess: Excess = Excess.CREDIT
    use_credit: Flag = True
    open_credit: OpenCredit = OpenCredit.WHEN_DUE
    least_balance: Amount | None = None
    digest: Flag = False
    confirm_no_grace: Flag = False
    only_in_hours_of: Literal["", "billing", "support"] = ""
    reinstatement: Reinstatement = Reinstatement()
    charging: Charging = Charging()
    taken_back: TakenBackRule = TakenBackRule()
    restoration: RestorationRule = RestorationRule()
    renewals: RenewalRule = RenewalRule()
    processor: ProcessorRule = ProcessorRule()
    milestones: tuple[MilestoneRule, ...] = Field(min_length=1, max_length=100)
