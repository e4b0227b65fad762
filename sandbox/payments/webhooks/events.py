"""Events: what happened, as Stripe tells it to webhooks and lists it afterwards."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol, cast

from sandbox.payments.api.call import Call
from sandbox.payments.api.endpoint import API_VERSION
from sandbox.payments.api.forms import Json
from sandbox.payments.api.ids import payment_id
from sandbox.payments.api.params import LISTED, Params
from sandbox.payments.store.collection import Collection
from sandbox.payments.store.ledger import Ledger

_FILTERS = {"created", "type", "types", "delivery_success"}


@dataclass(frozen=True)
class Told:
    """What an event says: of which type it is, about which payment, and its `data` as text."""

    kind: str
    payment: str
    data: str


@dataclass
class Act:
    """One thing that is done, by a call of the API or by a person, and the events that tell of it."""

    at: int
    account: str = ""
    request: str | None = None
    key: str | None = None
    told: list[Told] = field(default_factory=list[Told])

    def tell(self, kind: str, thing: Json, before: Json | None = None) -> None:
        """An event of it. The object is kept as it is now; `before` are the fields that changed, as they were."""
        data = {"object": thing} if before is None else {"object": thing, "previous_attributes": before}
        payment = thing["id"] if thing["object"] == "payment_intent" else thing.get("payment_intent")
        self.told.append(Told(kind, payment or "", json.dumps(data)))


class Post(Protocol):
    """What takes events away."""

    def is_listened_to(self) -> bool:
        """Whether anybody wants them."""
        ...

    def send(self, events: list[tuple[str, str]], account: str) -> None:
        """Send them, each an id and a body, to whoever listens."""
        ...


class Events:
    """The log of all events. Their bodies are text: there are many, and few are ever read."""

    def __init__(self, ledger: Ledger, post: Post) -> None:
        self._kept = Collection("event", "/v1/events")
        self._bodies: dict[str, str] = {}
        self._ledger = ledger
        self._post = post

    def publish(self, act: Act) -> None:
        """Log what the act told, and send it."""
        events = [self._logged(act, told) for told in act.told]
        self._post.send([(name, self._bodies[name]) for name in events], act.account)

    def body(self, name: str) -> str:
        """The event of that id. Raises StripeError when there is none."""
        return self._bodies[self._kept.get(name, status=404)["id"]]

    def list(self, call: Call) -> Json:
        """`GET /v1/events`."""
        params = Params(call.values, LISTED | _FILTERS)
        kinds = _patterns([*params.rows("types"), *filter(None, [params.text("type")])])
        page = self._kept.page(params, lambda event: not kinds or f"{event['type']}\0".startswith(kinds))
        return page | {"data": [json.loads(self._bodies[event["id"]]) for event in page["data"]]}

    def _logged(self, act: Act, told: Told) -> str:
        event = {
            "id": payment_id("evt_"),
            "object": "event",
            "api_version": API_VERSION,
            "created": act.at,
            "livemode": False,
            "pending_webhooks": int(self._post.is_listened_to()),
            "request": {"id": act.request, "idempotency_key": act.key},
            "type": told.kind,
        }
        name = str(event["id"])
        self._bodies[name] = f'{json.dumps(event)[:-1]}, "data": {told.data}}}'
        self._kept.put({"id": name, "created": act.at, "type": told.kind})
        self._ledger.announced(name, told.kind, told.payment)
        return name


def changes(before: Json, after: Json) -> Json:
    """The fields of `before` that are not the same any more, level by level."""
    changed: Json = {}
    for key in before | after:
        was, now = before.get(key), after.get(key)
        if isinstance(was, dict) and isinstance(now, dict):
            if below := changes(cast("Json", was), cast("Json", now)):
                changed[key] = below
        elif was != now:
            changed[key] = was
    return changed


def _patterns(kinds: Iterable[str]) -> tuple[str, ...]:
    """Beginnings of the types that are asked for, each of which ends in a zero byte: `charge.*` is one, too."""
    return tuple(kind.removesuffix("*") if kind.endswith("*") else f"{kind}\0" for kind in kinds)
