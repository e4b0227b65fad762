"""A subscription to be begun, as a person or a program names it."""

from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator

from dunning.policy.file import Policy, Zone
from dunning.subscriptions.period import Period
from dunning.subscriptions.schedule import Schedule, anchored
from dunning.subscriptions.subscription import Subscription, Terms, lead_of
from operations.errors import RefusedError
from operations.invoices import written
from operations.invoices.new_invoice import AccountId, Day, Email, Locale, NewInvoice, NewService, Payer
from operations.invoices.new_line import NewLine, as_lines, sum_of


class NewSubscription(BaseModel):
    """One subscription to be begun.

    `renews_on` is the date of its first renewal, until which it is paid for: its first invoice is due then. `anchor`,
    if it is another date, is the one from which the dates are counted, such as a 31st. `lines` are what each invoice
    asks for. The rest is as of an invoice.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    subscription: AccountId
    account: AccountId
    period: Period
    renews_on: Day
    anchor: Day | None = None
    lines: tuple[NewLine, ...]
    policy: str
    customer: str = ""
    emails: tuple[Email, ...] = ()
    zone: Zone | None = None
    locale: Locale = "en_US"
    payer: Payer = ""
    brand: str = ""
    services: tuple[NewService, ...] = ()
    pays_for: tuple[str, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _is_plain_text(cls, values: Any) -> Any:
        if wrong := list(written.with_control_characters(values)):
            raise ValueError("; ".join(wrong))
        return values

    @model_validator(mode="after")
    def _asks_for_something(self) -> "NewSubscription":
        if sum_of(self.lines).minor <= 0:
            raise ValueError("lines: what they come to must be positive")
        return self

    def schedule(self) -> Schedule:
        """Its renewal dates. Raises RefusedError when `renews_on` is none of those that are counted from the anchor."""
        made = anchored(self.anchor or self.renews_on, self.period)
        found = made.renewal(made.first_from(self.renews_on))
        if found != self.renews_on:
            reason = (
                f"{self.renews_on} is no renewal date of {self.period} from {made.anchor} on: the next one is {found}"
            )
            raise RefusedError(reason, about=self.subscription, field="renews_on")
        return made

    def terms(self) -> Terms:
        """What each invoice asks for."""
        return Terms(policy=self.policy, lines=as_lines(self.lines), pays_for=self.pays_for)

    def invoice(self) -> NewInvoice:
        """A renewal's invoice as it would be opened: by it the rest is checked as that of an invoice is."""
        names = ("account", "customer", "emails", "policy", "zone", "locale", "payer", "brand", "services", "pays_for")
        same = {name: getattr(self, name) for name in (*names, "lines")}
        amount = self.terms().amount
        return NewInvoice(invoice=f"of-{self.subscription}"[:64], amount=amount, due=self.renews_on, **same)


def begun(new: NewSubscription, policy: Policy, zone: str, pays_for: tuple[str, ...]) -> Subscription:
    """The subscription as it begins, in its account's zone. Raises RefusedError for dates that do not fit."""
    schedule = new.schedule()
    return Subscription(
        id=new.subscription,
        account=new.account,
        terms=new.terms().model_copy(update={"pays_for": pays_for}),
        schedule=schedule,
        lead=lead_of(policy, zone),
        began=new.renews_on,
        number=schedule.first_from(new.renews_on),
    )
