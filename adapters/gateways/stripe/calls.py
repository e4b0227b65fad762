"""Calls to Stripe by its own SDK: one client, and what its many exceptions mean for us.

Nothing of what Stripe says about people goes into an exception's text: messages may name them, bodies do.
"""

import logging
import re
from collections.abc import AsyncIterator, Awaitable, Generator
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

import stripe
from pydantic import SecretStr, ValidationError

from adapters.gateways.stripe.http import StripeHttp
from adapters.gateways.stripe.instruments import StripeModel
from adapters.gateways.stripe.objects import Failure
from adapters.settings.modes import is_live
from dunning.ports.outages import GatewayRefusedError, OutageError

_RATE_LIMIT, _BROKEN, _CONFLICT, _NO_KEY, _FORBIDDEN = 429, 500, 409, 401, 403
_HINTS = {
    _NO_KEY: "set REPRIEVE_STRIPE_KEY to a secret key of this account",
    _FORBIDDEN: "the key may not do this: give the restricted key the permission, or use another",
}
_HINT = "the call is wrong, or is meant for another account or mode: see the request in Stripe's Workbench under Logs"

_KEY = re.compile(r"\w+", re.ASCII)
_Read = TypeVar("_Read", bound=StripeModel)


class StripeRefusedError(GatewayRefusedError):
    """Stripe refuses a call: our mistake, or a wrong key; repeating it is useless until a person acts.

    The text says what to do. `status` is HTTP's, `failure` what Stripe says; its message is not for logs.
    """

    def __init__(self, status: int, failure: Failure, request: str) -> None:
        said = ", ".join(part for part in (failure.type, failure.code, failure.param and f"at {failure.param}") if part)
        super().__init__(
            f"Stripe refuses request {request or '?'} (HTTP {status}: {said}); {_HINTS.get(status, _HINT)}",
            for_all=status in _HINTS,
        )
        self.status = status
        self.failure = failure

    @property
    def is_missing(self) -> bool:
        """Stripe knows nothing of that id."""
        return self.failure.code == "resource_missing"


class StripeBusyError(OutageError):
    """Stripe is still working on a call with the same idempotency key."""


class _Object(Protocol):
    def to_dict(self) -> dict[str, Any]: ...


class _Listed(Protocol):
    def auto_paging_iter(self) -> AsyncIterator[_Object]: ...


def client(key: SecretStr, url: str, timeout: float) -> tuple[StripeHttp, stripe.StripeClient]:
    """A client for Stripe itself, or for what listens at `url`, and its connections, to be closed in the end.

    `timeout` in seconds. Temporal owns the retries. Raises ValueError for what can be no key.
    """
    secret = key.get_secret_value()
    if not _KEY.fullmatch(secret):
        raise ValueError("this is no key of Stripe's: set REPRIEVE_STRIPE_KEY to a secret or restricted key")
    # At the level INFO the SDK logs every refusal's message, and below it whole bodies.
    logging.getLogger("stripe").setLevel("WARNING")
    http = StripeHttp(url, timeout, live=is_live(key))
    return http, stripe.StripeClient(
        secret,
        base_addresses={"api": url.rstrip("/")} if url else None,
        http_client=http,
        max_network_retries=0,
    )


async def fetch(model: type[_Read], call: Awaitable[_Object]) -> _Read:
    """What the call answers. Raises OutageError or StripeRefusedError."""
    with translated():
        answer = await call
    return parsed(model, answer.to_dict())


async def fetch_all(model: type[_Read], call: Awaitable[_Listed]) -> AsyncIterator[_Read]:
    """All that a list call finds, in its order, page after page. Raises OutageError or StripeRefusedError."""
    with translated():
        async for answer in (await call).auto_paging_iter():
            yield parsed(model, answer.to_dict())


def parsed(model: type[_Read], answer: dict[str, Any]) -> _Read:
    """The answer as we read it. Raises OutageError when it is not what Stripe says."""
    try:
        return model.model_validate(answer)
    except ValidationError:
        raise OutageError("gateway: unreadable answer") from None


@contextmanager
def translated() -> Generator[None]:
    """Turn the SDK's exceptions into ours. An outage may have moved money: that is why every later try asks first."""
    try:
        yield
    except stripe.APIConnectionError as error:
        raise OutageError(f"gateway: {error.user_message}") from None
    except stripe.StripeError as error:
        raise _told(error) from None


def _told(error: stripe.StripeError) -> Exception:
    status = error.http_status or (_NO_KEY if isinstance(error, stripe.AuthenticationError) else 0)
    failure = _failure(error.json_body)
    if status == _CONFLICT:
        return StripeBusyError("gateway: it still works on the same call")
    if status == _RATE_LIMIT or status >= _BROKEN or (failure is None and status not in _HINTS):
        return OutageError(f"gateway: HTTP {status}")
    return StripeRefusedError(status, failure or Failure(), error.request_id or "")


def _failure(body: object) -> Failure | None:
    try:
        return _Body.model_validate(body).error
    except ValidationError:
        return None


class _Body(StripeModel):
    error: Failure
