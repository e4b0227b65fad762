"""Calls to PayPal: a token that is renewed in time, and what its errors mean for us.

Nothing of what PayPal says about people goes into an exception's text: only the names of its errors.
"""

import asyncio
import time
from typing import Any, TypeVar

import httpx2
from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from adapters.settings.loopback import is_on_this_machine
from adapters.settings.trust import authorities
from dunning.ports.outages import GatewayRefusedError, OutageError

_UNAUTHORIZED, _FORBIDDEN, _MISSING, _RATE_LIMIT, _BROKEN = 401, 403, 404, 429, 500
_EARLY = 60.0
"""Seconds before its end in which a token is not used any more."""
_HINT = "see its debug id in PayPal's developer dashboard, under API calls"
_NO_WAY_IN = "set REPRIEVE_PAYPAL_CLIENT and REPRIEVE_PAYPAL_SECRET to those of an app of this PayPal account"


class PayPalModel(BaseModel):
    """What we read of an answer; the rest is ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")


_Read = TypeVar("_Read", bound=PayPalModel)


class _Token(PayPalModel):
    access_token: SecretStr
    expires_in: float


class _Detail(PayPalModel):
    issue: str = ""


class Failure(PayPalModel):
    """How PayPal says what is wrong; its texts are not read, because they may repeat what we sent."""

    name: str = ""
    error: str = ""  # of the token's own call
    debug_id: str = ""
    details: tuple[_Detail, ...] = ()

    @property
    def issues(self) -> frozenset[str]:
        """The kinds of its details."""
        return frozenset(each.issue for each in self.details)


class PayPalRefusedError(GatewayRefusedError):
    """PayPal refuses a call: our mistake, or a wrong secret; repeating it is useless until a person acts."""

    def __init__(self, status: int, failure: Failure) -> None:
        closed = status in (_UNAUTHORIZED, _FORBIDDEN)
        said = ", ".join(part for part in (failure.name or failure.error, *sorted(failure.issues)) if part)
        hint = _NO_WAY_IN if closed else _HINT
        super().__init__(f"PayPal refuses {failure.debug_id or '?'} (HTTP {status}: {said}); {hint}", for_all=closed)
        self.status = status
        self.failure = failure

    @property
    def is_missing(self) -> bool:
        """PayPal knows nothing of that id."""
        return self.status == _MISSING


class PayPalHttp:
    """Connections to PayPal, or to what listens at `url`; `timeout` in seconds for a call. Close it in the end."""

    def __init__(self, client: str, secret: SecretStr, url: str, timeout: float) -> None:
        self._client = client
        self._secret = secret
        self._url = url.rstrip("/")
        self._timeout = timeout
        far = not is_on_this_machine(url)
        self._http = httpx2.AsyncClient(timeout=timeout, trust_env=far, verify=authorities(trust_env=far))
        self._token: SecretStr | None = None
        self._good_until = 0.0
        self._turn = asyncio.Lock()

    async def get(self, model: type[_Read], path: str, **params: str) -> _Read:
        """What is there. Raises OutageError, PayPalRefusedError."""
        answer = await self._called("GET", path, params=params)
        return _parsed(model, answer.content)

    async def post(self, path: str, body: dict[str, Any], request: str) -> None:
        """Have something done. The same `request` id within three days is done once. Raises as `get`."""
        await self._called("POST", path, json=body, headers={"PayPal-Request-Id": request})

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _called(self, method: str, path: str, **more: Any) -> httpx2.Response:
        """A token that PayPal does not take any more is replaced once."""
        answer = await self._sent(method, path, await self._bearer(), **more)
        if answer.status_code == _UNAUTHORIZED:
            self._good_until = 0.0
            answer = await self._sent(method, path, await self._bearer(), **more)
        return _checked(answer)

    async def _bearer(self) -> dict[str, str]:
        async with self._turn:
            if self._token is None or time.monotonic() > self._good_until:
                auth = (self._client, self._secret.get_secret_value())
                form = {"grant_type": "client_credentials"}
                answer = _checked(await self._sent("POST", "/v1/oauth2/token", {}, auth=auth, data=form))
                token = _parsed(_Token, answer.content)
                self._token, self._good_until = token.access_token, time.monotonic() + token.expires_in - _EARLY
            return {"Authorization": f"Bearer {self._token.get_secret_value()}"}

    async def _sent(self, method: str, path: str, bearer: dict[str, str], **more: Any) -> httpx2.Response:
        headers = {"Accept": "application/json", **bearer, **more.pop("headers", {})}
        try:
            async with asyncio.timeout(self._timeout):
                return await self._http.request(method, f"{self._url}{path}", headers=headers, **more)
        except TimeoutError:
            raise OutageError(f"PayPal: no answer in {self._timeout:g} s") from None
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise OutageError(f"PayPal: no answer ({type(error).__name__})") from None


def _checked(answer: httpx2.Response) -> httpx2.Response:
    if answer.is_success:
        return answer
    status = answer.status_code
    try:
        failure = Failure.model_validate_json(answer.content)
    except ValidationError:
        failure = None
    if status == _RATE_LIMIT or status >= _BROKEN or (failure is None and status != _UNAUTHORIZED):
        raise OutageError(f"PayPal: HTTP {status}")
    raise PayPalRefusedError(status, failure or Failure())


def _parsed(model: type[_Read], body: bytes) -> _Read:
    try:
        return model.model_validate_json(body)
    except ValidationError:
        raise OutageError("PayPal: unreadable answer") from None
