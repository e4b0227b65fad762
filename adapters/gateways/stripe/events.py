"""Events as they come, and whom what they tell concerns."""

from typing import TypeVar

from pydantic import ValidationError

from adapters.gateways.stripe.instruments import StripeModel
from adapters.gateways.stripe.objects import ATTEMPT, Event, Intent
from adapters.settings.modes import other_mode
from dunning.records.inbox import News

Told = tuple[News, ...]

_Read = TypeVar("_Read", bound=StripeModel)


def event_in(body: str, *, live: bool) -> Event:
    """The event of a webhook for a key of that mode. Raises ValueError, naming nothing of it, for any other."""
    try:
        event = Event.model_validate_json(body)
    except ValidationError:
        raise ValueError("this is no event of Stripe") from None
    if event.livemode is not live:
        raise ValueError(other_mode(told=event.livemode, live=live))
    return event


def subject(model: type[_Read], event: Event) -> _Read:
    """What the event is about. Raises ValueError when it is not as Stripe writes it."""
    try:
        return model.model_validate(event.data.object)
    except ValidationError:
        raise ValueError(f"the {event.type} event {event.id} is not as Stripe writes it") from None


def news_about(intent: Intent, news: News) -> Told:
    """The news, with whose matter it is; none, when the payment names neither invoice nor account nor customer."""
    told = intent.metadata
    whose = {"invoice": told.get("invoice", ""), "account": told.get("account", ""), "payer": intent.customer}
    if not any(whose.values()):
        return ()
    return (news.model_copy(update={**whose, "attempt": told.get(ATTEMPT, ""), "payment": intent.id}),)
