"""The ways out of the command line: settings, Temporal, the store, the panel. Their outages become plain words here."""

import os
import re
import tomllib
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager

from temporalio.client import Client
from temporalio.service import RPCError

from adapters import panels
from adapters.panels import Panels
from adapters.sites import webhooks as sites
from adapters.sites.webhooks import SilentSites, SiteMessenger
from adapters.store import SqlStore, migrate
from adapters.temporal import client as temporal
from cli.shell.errors import BadInputError, FailedError
from cli.shell.preferences import settings
from composition import Composition
from dunning.ports.outages import OutageError, StoreOutageError

__all__ = ["composed", "open_client", "open_panel", "open_sites", "open_store", "settings"]

_SAID = re.compile(r'message: "([^"]+)"')
"""The operating system's word within the long one of the SDK."""


@asynccontextmanager
async def composed(*, store: bool = True, server: bool = True) -> AsyncGenerator[Composition]:
    """The operations. `store`, `server`: what they need; the store's tables are brought up to date, Temporal answers.

    Raises BadInputError for a store's URL that is none, FailedError for outages.
    """
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(open_client()) if server else None
        if store:
            await _migrated(settings().store_url)

        def connected() -> Client:
            if client is None:
                raise OutageError("this command does not speak to Temporal")
            return client

        try:
            yield Composition(settings(), connected, stack)
        except StoreOutageError as error:
            raise FailedError(_no_store(error)) from None


@asynccontextmanager
async def open_client() -> AsyncGenerator[Client]:
    """A connection to Temporal. Raises FailedError when nobody answers, now or later in the block."""
    try:
        client = await temporal.connect()
    except (RuntimeError, RPCError, OSError, tomllib.TOMLDecodeError) as error:
        raise FailedError(_unreachable(error)) from None
    try:
        yield client
    except RPCError as error:
        raise FailedError(f"Temporal at {address()} answered {error.status.name}: {error.message}") from None


def _unreachable(error: Exception) -> str:
    text = str(error).strip()
    said = _SAID.search(text)
    why = said[1] if said else text.splitlines()[0] if text else type(error).__name__
    return (
        f"no Temporal server answers at {address()}: {why}\n"
        "Start it, or name its address in TEMPORAL_ADDRESS or temporal.toml."
    )


def address() -> str:
    """Where Temporal is looked for, as far as the environment says it."""
    return os.environ.get("TEMPORAL_ADDRESS") or "the address of temporal.toml (default localhost:7233)"


@asynccontextmanager
async def open_store() -> AsyncGenerator[SqlStore]:
    """The store, with its tables up to date. Raises BadInputError for a URL that is none, FailedError for outages."""
    url = settings().store_url
    await _migrated(url)
    store = SqlStore(url)
    try:
        yield store
    except StoreOutageError as error:
        raise FailedError(_no_store(error)) from None
    finally:
        await store.close()


async def _migrated(url: str) -> None:
    try:
        await migrate(url)
    except StoreOutageError as error:
        raise FailedError(_no_store(error)) from None
    except ValueError as error:
        raise BadInputError(f"setting REPRIEVE_STORE_URL: {error}") from None


def _no_store(error: StoreOutageError) -> str:
    return f"{error}\nCheck REPRIEVE_STORE_URL."


@asynccontextmanager
async def open_panel() -> AsyncGenerator[Panels]:
    """The control panels that the settings name."""
    panel = panels.chosen(settings())
    try:
        yield panel
    finally:
        await panel.close()


@asynccontextmanager
async def open_sites() -> AsyncGenerator[SiteMessenger | SilentSites]:
    """The way to customers' own sites."""
    messenger = sites.chosen(settings())
    try:
        yield messenger
    finally:
        await messenger.close()
