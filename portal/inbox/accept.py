"""What both webhook doors do: read a little, keep it, and only then answer."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from starlette.requests import Request

from dunning.records.inbox import InboxEvent
from portal.http.body import body_of
from portal.http.errors import SOON, HttpRefusedError
from portal.inbox.keep import InboxWriter, NotKeptError

LONGEST_ID = 255


class Matter(NamedTuple):
    """Whose it is, as far as its body says so at the door."""

    invoice: str = ""
    account: str = ""
    payer: str = ""


class WebhookIntake:
    """`most` is the largest body that is read, in bytes."""

    def __init__(self, writer: InboxWriter, most: int, clock: Callable[[], datetime]) -> None:
        self._writer = writer
        self._most = most
        self.now = clock

    async def body(self, request: Request, secrets: Sequence[object], setting: str) -> bytes:
        """The raw body. Raises HttpRefusedError; without any secret in `setting` nobody could be believed."""
        if not secrets:
            raise HttpRefusedError(
                503, "not set up here yet", note=f"no secret to check signatures with: set {setting}"
            )
        return await body_of(request, self._most)

    async def keep(self, source: str, event: str, body: str, matter: Matter) -> InboxEvent:
        """Returns when it is on disk, or was before. Raises HttpRefusedError when it is not: the sender comes again."""
        kept = InboxEvent(source=source, id=event, body=body, at=self.now(), **matter._asdict())
        try:
            await self._writer.keep(kept)
        except NotKeptError as error:
            words = "it could not be kept; send it again"
            raise HttpRefusedError(503, words, note=f"not kept: {error}", headers=SOON) from None
        return kept


def text(body: bytes) -> str:
    """The body as text. Raises HttpRefusedError when it is none."""
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise HttpRefusedError(400, "the body is not UTF-8") from None
