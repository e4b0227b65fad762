"""What a subscription does next, and how facts change it. Pure functions of the subscription and the time."""

from datetime import date, datetime, timedelta
from typing import NamedTuple

from dunning.calendar import instant, local_date
from dunning.mistakes import shown
from dunning.money import Money
from dunning.subscriptions.renewals import Renewed
from dunning.subscriptions.schedule import moved, with_period
from dunning.subscriptions.subscription import (
    TOLD,
    Agreed,
    Asked,
    Cancel,
    Change,
    Ended,
    NotOpened,
    Pause,
    Paused,
    Subscription,
    Told,
)
from dunning.visible import in_markdown

AGAIN = timedelta(hours=6)
"""A renewal that is refused is tried again so often; a change tries it at once."""


class Wait(NamedTuple):
    """Nothing to do until then."""

    until: datetime


class Open(NamedTuple):
    """The next renewal's invoice is to be opened."""


class End(NamedTuple):
    """It is over."""

    how: Ended


Step = Wait | Open | End


def decide(subscription: Subscription, now: datetime) -> Step:
    """Given all facts, what now?"""
    if subscription.ended:
        return End(subscription.ended)
    if subscription.ends:
        over = instant(subscription.ends, subscription.lead.hour, subscription.lead.zone)
        return End("cancelled") if now >= over else Wait(over)
    at = subscription.refused.again_at if subscription.refused else subscription.opens_at
    return Open() if now >= at else Wait(at)


def began_opening(subscription: Subscription) -> Subscription:
    """From now on until it is recorded, nothing can be changed about this renewal."""
    return subscription.model_copy(update={"opening": True})


def renewed(subscription: Subscription, result: Renewed, now: datetime) -> Subscription:
    """What became of the renewal that was being opened."""
    day = subscription.renews_on
    if result.outcome == "refused":
        refused = NotOpened(reason=result.reason, again_at=now + AGAIN)
        known = subscription.refused and subscription.refused.reason == result.reason
        text = "" if known else f"the renewal of {day} cannot be opened: {result.reason}"
        return _after(subscription, now, text, opening=False, refused=refused)
    if result.outcome == "gone":
        text = f"the renewal of {day} was not opened, and none will be: {result.reason}"
        return _after(subscription, now, text, opening=False, refused=None, ended="deleted")
    agreed = subscription.next_terms
    text = f"renewal of {day}: " + (result.invoice or f"not billed: {result.reason}")
    done = {"number": subscription.number + 1, "opening": False, "refused": None, "paused": None, "coming": None}
    lead = result.lead or agreed.lead
    return _after(subscription, now, text, **done, terms=agreed.terms, schedule=agreed.schedule, lead=lead)


def ended(subscription: Subscription, how: Ended, now: datetime) -> Subscription:
    """It is over."""
    return subscription if subscription.ended else _after(subscription, now, how, ended=how)


def refusal(subscription: Subscription, asked: Asked, now: datetime) -> str:
    """Why it cannot be done; empty when it can. What is so already can be done: it changes nothing."""
    if subscription.ended:
        so_already = isinstance(asked, Cancel) and asked.when != "never" and subscription.ended == "cancelled"
        return "" if so_already else f"it is over ({subscription.ended})"
    if subscription.opening:
        return "its next invoice is being opened at this moment: ask again in a minute"
    match asked:
        case Change():
            return _change_refused(subscription, asked)
        case Pause():
            return _pause_refused(subscription, asked, now)
        case Cancel():
            return ""


def asked_for(subscription: Subscription, asked: Asked, now: datetime) -> Subscription:
    """The subscription as somebody wants it; the very same when it is so already."""
    match asked:
        case Change():
            return _changed(subscription, asked, now)
        case Pause():
            return _paused(subscription, asked, now)
        case Cancel():
            return _cancelled(subscription, asked, now)


def ending(subscription: Subscription) -> date:
    """The end of what is billed: where it would end if it were cancelled today."""
    return subscription.paused.since if subscription.paused else subscription.renews_on


def renews(subscription: Subscription, service: str) -> bool:
    """Whether it is going to ask for that service again."""
    return not (subscription.ended or subscription.ends) and service in subscription.next_terms.terms.pays_for


class Quote(NamedTuple):
    """What a change means, before anybody agrees to it: from `since` on `after` instead of `before`, a period each.

    `opens_at` is when the first invoice of it is opened.
    """

    since: date
    before: Money
    period_before: str
    after: Money
    period_after: str
    opens_at: datetime


def quote(subscription: Subscription, change: Change) -> Quote:
    """What that change means. Nothing of it is done."""
    now, then = subscription.next_terms, _agreed(subscription, change)
    return Quote(
        subscription.renews_on,
        now.terms.amount,
        now.schedule.period,
        then.terms.amount,
        then.schedule.period,
        then.lead.before(subscription.renews_on),
    )


def state(subscription: Subscription, today: date) -> str:
    """One word for people: active, pausing, paused, ending, refused, cancelled, deleted."""
    if subscription.ended:
        return subscription.ended
    if subscription.ends:
        return "ending"
    if subscription.refused:
        return "refused"
    paused = subscription.paused
    return ("paused" if today >= paused.since else "pausing") if paused else "active"


def _agreed(subscription: Subscription, change: Change) -> Agreed:
    agreed = subscription.next_terms
    said = {"lines": change.lines, "pays_for": change.pays_for, "policy": change.policy}
    terms = agreed.terms.model_copy(update={name: value for name, value in said.items() if value is not None})
    period = change.period or agreed.schedule.period
    # From the base: a period that is changed back leaves no trace.
    schedule = with_period(subscription.schedule, subscription.number, period)
    return Agreed(terms=terms, schedule=schedule, lead=change.lead or agreed.lead)


def _change_refused(subscription: Subscription, change: Change) -> str:
    if change.since != subscription.renews_on:
        return f"the quote was from {change.since} on, and now it would be {subscription.renews_on}: ask for a new one"
    if change.lines is not None and not change.lines:
        return "nothing would be left to pay for: cancel it instead"
    currencies = {line.amount.currency for line in change.lines or ()}
    return "the lines are of several currencies" if len(currencies) > 1 else ""


def _changed(subscription: Subscription, change: Change, now: datetime) -> Subscription:
    agreed = _agreed(subscription, change)
    if agreed == subscription.next_terms:
        return subscription
    as_before = agreed == Agreed(terms=subscription.terms, schedule=subscription.schedule, lead=subscription.lead)
    text = f"from {subscription.renews_on} on {agreed.terms.amount} {agreed.schedule.period}" + _who(change)
    return _after(subscription, now, text, coming=None if as_before else agreed, refused=None)


def _pause_refused(subscription: Subscription, pause: Pause, now: datetime) -> str:
    since = ending(subscription)
    if pause.until <= since:
        return f"it is billed until {since}: a pause that is over by then pauses nothing"
    today = local_date(now, subscription.lead.zone)
    if pause.until < today:
        return f"{pause.until} is over"
    return "it is cancelled: take that back first" if subscription.ends else ""


def _paused(subscription: Subscription, pause: Pause, now: datetime) -> Subscription:
    if subscription.paused and subscription.paused.until == pause.until:
        return subscription
    paused, number = Paused(since=ending(subscription), until=pause.until), subscription.number
    schedule, coming = moved(subscription.schedule, number, pause.until), subscription.coming
    if coming:
        later = with_period(schedule, number, coming.schedule.period)
        coming = coming.model_copy(update={"schedule": later})
    text = f"paused from {paused.since}; the next period begins on {pause.until}" + _who(pause)
    return _after(subscription, now, text, paused=paused, schedule=schedule, coming=coming, refused=None)


def _cancelled(subscription: Subscription, cancel: Cancel, now: datetime) -> Subscription:
    if subscription.ended:
        return subscription
    if cancel.when == "now":
        return _after(subscription, now, "cancelled at once" + _who(cancel), ended="cancelled", ends=None)
    ends = ending(subscription) if cancel.when == "period-end" else None
    if ends == subscription.ends:
        return subscription
    text = f"cancelled: it ends on {ends}" if ends else "the cancellation was taken back"
    return _after(subscription, now, text + _who(cancel), ends=ends)


def _who(asked: Asked) -> str:
    return f" ({asked.by}: {shown(asked.reason)})"


def _after(subscription: Subscription, now: datetime, text: str, **changes: object) -> Subscription:
    told = (*subscription.told, Told(at=now, text=text))[-TOLD:] if text else subscription.told
    return subscription.model_copy(update={"told": told, "revision": subscription.revision + 1, **changes})


def begins(subscription: Subscription, now: datetime) -> Subscription:
    """As its workflow takes it over; one that goes on in another run is as it was."""
    return subscription if subscription.revision else _after(subscription, now, "began")


def goes_on(subscription: Subscription, now: datetime) -> Subscription:
    """As it is started again after somebody ended its workflow at the server; one that never began is as it was."""
    if not subscription.revision:
        return subscription
    return _after(subscription, now, "its workflow was ended at the server: it goes on", opening=False)


def cancellation_asked(subscription: Subscription, now: datetime) -> Subscription:
    """Somebody asked the server to cancel its workflow."""
    text = "somebody asked the server to cancel the workflow: it goes on; `starter.py cancel` ends a subscription"
    return _after(subscription, now, text)


def waits_for(subscription: Subscription) -> str:
    """What a sleeping subscription waits for."""
    if subscription.ends:
        return f"its end on {subscription.ends}"
    return f"the renewal of {subscription.renews_on}" + (", once more" if subscription.refused else "")


def details(subscription: Subscription, step: Step) -> str:
    """What Temporal's own pages show of it."""
    agreed = subscription.next_terms
    lines = [f"{agreed.terms.amount} {agreed.schedule.period}, policy {agreed.terms.policy}"]
    if isinstance(step, Wait):
        lines += [f"waits until {step.until:%Y-%m-%d %H:%M} UTC: {waits_for(subscription)}"]
    told = (f"{each.at:%Y-%m-%d %H:%M} UTC: {each.text}" for each in subscription.told[-5:])
    return "\n\n".join(map(in_markdown, (*lines, *told)))
