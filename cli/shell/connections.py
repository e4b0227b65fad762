"""The ways out of the command line: the operations over store, Temporal and panels. Outages become plain words here."""

from __future__ import annotations

import os
import re
import sys
import tomllib
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Literal

from cli.shell.errors import AGAIN, BadInputError, FailedError, TemporalAwayError
from cli.shell.preferences import settings
from cli.shell.recording import record

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator

    from structlog.typing import EventDict
    from temporalio.client import Client

    from adapters.store import SqlStore
    from composition import Composition
    from operations.audit.log import AuditLog

_SAID = re.compile(r'message: "([^"]+)"')
"""The operating system's word within the long one of the SDK."""
Need = Literal["needed", "if there", "not needed"]
"""Whether a command needs Temporal, or the store: it ends before it begins when that is away, or only what needs it."""
_SHARED: ContextVar[SqlStore | None] = ContextVar("_SHARED", default=None)


@contextmanager
def sharing(store: SqlStore) -> Generator[None]:
    """Let what is composed meanwhile use this open store: to look who acts costs one read, and no connection."""
    before = _SHARED.set(store)
    try:
        yield
    finally:
        _SHARED.reset(before)


@asynccontextmanager
async def composed(*, store: Need = "needed", server: Need = "needed") -> AsyncGenerator[Composition]:
    """The operations. `store`, `server`: what they need; the store's tables are brought up to date, Temporal answers.

    Raises BadInputError for a store's URL that is none, FailedError for outages.
    """
    import structlog

    from adapters.process.logs import in_lines
    from composition import Composition
    from dunning.ports.outages import OutageError

    # What a command prints may be read by a program: warnings go beside it.
    structlog.configure(
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        processors=[_serious, structlog.processors.add_log_level, in_lines, structlog.dev.ConsoleRenderer()],
    )
    async with AsyncExitStack() as stack:
        client, why = None, "this command does not speak to Temporal"
        try:
            client = None if server == "not needed" else await stack.enter_async_context(open_client())
        except TemporalAwayError as error:
            if server == "needed":
                raise
            why = error.why
        shared, there = _SHARED.get(), True
        if store != "not needed" and not shared:
            there = await _migrated(settings().store_url, needed=store == "needed")

        def connected() -> Client:
            if client is None:
                raise OutageError(why)
            return client

        def audit(its: AsyncExitStack) -> AuditLog:
            return Composition(settings(), connected, its, shared).audit

        if store != "not needed":
            await record(audit, needed=store == "needed", there=there)
        yield Composition(settings(), connected, stack, shared)


@asynccontextmanager
async def open_client() -> AsyncGenerator[Client]:
    """A connection to Temporal. Raises TemporalAwayError when nobody answers, FailedError later in the block."""
    from temporalio.service import RPCError

    from adapters.temporal.client import connect
    from adapters.temporal.codec import converter_from

    try:
        client = await connect(settings().outage_seconds, converter=converter_from(settings()))
    except (RuntimeError, RPCError, OSError, tomllib.TOMLDecodeError) as error:
        raise TemporalAwayError(_unreachable(error)) from None
    try:
        yield client
    except RPCError as error:
        raise FailedError(f"Temporal at {address()} answered {error.status.name}: {error.message}; {AGAIN}") from None


def _serious(_logger: object, level: str, event: EventDict) -> EventDict:
    """What the worker's log is told beside is nothing for who typed a command."""
    from structlog import DropEvent

    if level in ("debug", "info"):
        raise DropEvent
    return event


def _unreachable(error: Exception) -> str:
    text = str(error).strip()
    said = _SAID.search(text)
    why = said[1] if said else text.splitlines()[0] if text else type(error).__name__
    return f"no Temporal server answers at {address()}: {why}"


def address() -> str:
    """Where Temporal is looked for, as far as the environment says it."""
    return os.environ.get("TEMPORAL_ADDRESS") or "the address of temporal.toml (default localhost:7233)"


async def _migrated(url: str, *, needed: bool) -> bool:
    """Whether the store is there. Raises StoreOutageError when it is not, and is needed."""
    from adapters.store import migrate
    from dunning.ports.outages import StoreOutageError

    try:
        await migrate(url, settings().outage_seconds)
    except StoreOutageError:
        if needed:
            raise
        return False
    except ValueError as error:
        raise BadInputError(f"setting REPRIEVE_STORE_URL: {error}") from None
    return True
