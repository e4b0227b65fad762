"""A gateway for lives without sockets: what it was asked to charge, and what customers paid it themselves."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from dunning.case.facts import Payment
from dunning.case.orders import ChargeOrder
from dunning.case.results import Charged, ChargeResult, Declined, Found, NoMethod, Pending, Refused, Unknown
from dunning.money import Money

DAY = timedelta(days=1)


@dataclass
class Debit:
    """A payment that a customer began without us. It ends well or returns; one that returned may be paid later."""

    begins: datetime
    ends: datetime
    good: bool
    amount: Money
    paid_at: datetime | None = None

    def money(self, now: datetime) -> datetime | None:
        """Since when the money is there; None while it is not."""
        since = self.ends if self.good else self.paid_at
        return since if since is not None and since <= now else None


@dataclass
class Company:
    """Its own books. `answers` to charges are used up from the front; when none is left, all goes well."""

    answers: list[str]
    moved: dict[str, Money] = field(default_factory=dict[str, Money])  # by idempotency key
    reached: list[str] = field(default_factory=list[str])  # keys of the attempts that it saw, each once
    debits: dict[str, Debit] = field(default_factory=dict[str, Debit])

    def charge(self, order: ChargeOrder, now: datetime) -> ChargeResult:
        """Charge, or say what became of the attempt or of the customer's own payment."""
        if order.payment:
            return self._of_the_customer(order.payment, now)
        if order.key in self.moved:  # asked again: it replays, no money moves
            return Charged(payment=f"ch-{order.key}", amount=self.moved[order.key], at=now)
        if order.ask_only and order.key not in self.reached:
            return Declined(code="never_seen")
        return self._attempt(order, self.answers.pop(0) if self.answers else "ok", now)

    def _attempt(self, order: ChargeOrder, answer: str, now: datetime) -> ChargeResult:
        payment = f"ch-{order.key}"
        if answer == "refused":
            return Refused(code="amount_too_small", reason="HTTP 400")
        if answer == "no_method" and order.key not in self.reached:
            return NoMethod()
        if order.key not in self.reached:
            self.reached.append(order.key)
        if answer == "pending":
            return Pending(payment=payment, ask_at=now + DAY)
        if answer in ("declined", "final", "no_method"):
            return Declined(code="card_declined", final=answer == "final", payment=payment)
        self.moved[order.key] = order.amount
        if answer == "unknown":  # the money moved, and nobody told us
            return Unknown(ask_at=now + timedelta(hours=1))
        return Charged(payment=payment, amount=order.amount, at=now)

    def _of_the_customer(self, payment: str, now: datetime) -> ChargeResult:
        debit = self.debits.get(payment)
        if debit is None:
            return Declined(code="debit_returned", payment=payment)
        if debit.money(now):
            return Charged(payment=payment, amount=debit.amount, at=now)
        if now < debit.ends:
            return Pending(payment=payment, ask_at=now + DAY)
        return Declined(code="debit_returned", payment=payment)

    def received(self, known: tuple[str, ...], now: datetime) -> Found:
        """What it has for the invoice beside the known payments."""
        unknown = {name: debit for name, debit in self.debits.items() if name not in known}
        paid = [Payment(id=name, amount=d.amount, at=now) for name, d in unknown.items() if d.money(now)]
        ours = {f"ch-{key}": money for key, money in self.moved.items()}
        paid += [Payment(id=name, amount=money, at=now) for name, money in ours.items() if name not in known]
        underway = [name for name, debit in unknown.items() if debit.begins <= now < debit.ends]
        return Found(payments=tuple(paid), underway=tuple(underway))
