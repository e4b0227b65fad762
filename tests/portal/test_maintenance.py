"""In a maintenance window the portal lets nobody do anything, whichever page it is, and names the end."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import date, timedelta
from pathlib import Path

import httpx2
import pytest
from pydantic import SecretStr

from adapters.settings.settings import Settings
from adapters.signed_links import links_from
from adapters.store import SqlStore, migrate
from composition import now
from dunning.calendar import local
from dunning.records.accounts import Account
from dunning.records.books import KnownInvoice
from dunning.windows.window import Window
from operations.windows.windows import current_window
from portal.composition import Portal, compose
from portal.http.maintenance import OPEN
from portal.http.server import serving
from tests.portal.mailed import Mailed

WEBHOOKS = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture
async def url(tmp_path: Path) -> str:
    """Give a store in which nothing is."""
    url = f"sqlite+aiosqlite:///{tmp_path}/portal.db"
    await migrate(url)
    return url


SETTINGS = Settings(
    link_secrets=(SecretStr("a secret of the tests, forty characters."),),
    payment_webhook_secrets=(SecretStr(WEBHOOKS),),
    outage_seconds=0.1,
)


@pytest.fixture
async def made(url: str) -> AsyncIterator[Portal]:
    """Give the portal as its settings compose it."""
    async with AsyncExitStack() as stack:
        yield compose(SETTINGS.model_copy(update={"store_url": url}), stack)


async def until_two(url: str) -> Window:
    """A window that is now, and ends in two hours."""
    store, at = SqlStore(url), now()
    window = Window(
        id="w",
        since=at - timedelta(hours=1),
        until=at + timedelta(hours=2),
        zone="America/New_York",
        reason="New disks.",
    )
    await store.put_window(window)
    await store.close()
    return window


@pytest.mark.req("S0-03", "S0-04")
async def test_every_route_is_refused_in_it_but_those_that_are_for_programs(made: Portal, url: str) -> None:
    window = await until_two(url)
    async with (
        serving(made.app, "127.0.0.1", 0) as port,
        httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as http,
    ):
        for route in made.routes:
            path = route.path.replace("{invoice:path}", "INV-1").replace("{name}", "hotdoodle")
            path = path.replace("{service:path}", "x").replace("{key:path}", "x").replace("{notice:path}", "x")
            for method in sorted(route.methods or ()):
                answer = await http.request(method, path)
                if path.startswith(OPEN):
                    assert "at work" not in answer.text, path
                    continue
                assert answer.status_code == 503, path
                assert 7000 < int(answer.headers["Retry-After"]) <= 7200
                assert answer.headers["Content-Security-Policy"], "with the headers of every page"
                if method != "HEAD":
                    assert "New disks." in answer.text
                    assert f"{window.until:%H:%M} UTC" in answer.text
                    assert "Eastern" in answer.text or "EST" in answer.text or "EDT" in answer.text
        german = await http.get("/pay/INV-1", headers={"Accept-Language": "de"})
        assert "Wir arbeiten an unseren Systemen" in german.text


@pytest.mark.req("S0-03")
@pytest.mark.parametrize(
    ("locale", "says"), [("en_US", "at work on our systems"), ("de_DE", "arbeiten an unseren Systemen")]
)
@pytest.mark.parametrize("end", ["", "/why", "/back"])
async def test_who_opens_their_own_link_reads_the_end_on_their_own_clock(
    made: Portal, url: str, locale: str, says: str, end: str
) -> None:
    window, store = await until_two(url), SqlStore(url)
    await store.put_account(Account(id="bakery", name="Example Bakery", zone="Asia/Kolkata", locale=locale))
    await store.open_invoice(
        KnownInvoice(number="INV-1/a", account="bakery", policy="hotdoodle", due=date(2026, 12, 1))
    )
    await store.close()
    signed = links_from(SETTINGS)
    assert signed
    links = Mailed(signed)
    there = local(window.until, "Asia/Kolkata")
    async with (
        serving(made.app, "127.0.0.1", 0) as port,
        httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as http,
    ):
        link = links.back("INV-1/a") if end == "/back" else links.pay("INV-1/a").replace("?", f"{end}?")
        own = await http.get(link.removeprefix(SETTINGS.portal_url))
        assert (own.status_code, says in own.text) == (503, True)
        assert f"{there:%H:%M}" in own.text
        assert f"{window.until:%H:%M} UTC" not in own.text
        for path, signature in ((f"/pay/INV-1/a{end}", "none"), ("/pay/INV-2", links.signature("INV-2")), ("/", "")):
            foreign = await http.get(path, params={"s": signature})
            assert (foreign.status_code, f"{window.until:%H:%M} UTC" in foreign.text) == (503, True)


async def test_before_after_and_once_it_is_cancelled_the_pages_are_there(made: Portal, url: str) -> None:
    store, at = SqlStore(url), now()
    hour = timedelta(hours=1)
    for name, since, until, cancelled in (
        ("over", at - 2 * hour, at - hour, False),
        ("to come", at + hour, at + 2 * hour, False),
        ("cancelled", at - hour, at + hour, True),
    ):
        await store.put_window(Window(id=name, since=since, until=until, zone="UTC", cancelled=cancelled))
    await store.close()
    async with (
        serving(made.app, "127.0.0.1", 0) as port,
        httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as http,
    ):
        assert (await http.get("/policies/hotdoodle")).status_code == 200


async def test_of_windows_that_follow_each_other_the_last_end_is_told(url: str) -> None:
    store, at = SqlStore(url), now()
    for name, first, last, cancelled in (
        ("a", -1, 1, False),
        ("b", 1, 3, False),
        ("c", 2, 9, True),
        ("d", 4, 5, False),
    ):
        since, until = at + timedelta(hours=first), at + timedelta(hours=last)
        await store.put_window(Window(id=name, since=since, until=until, zone="UTC", cancelled=cancelled))
    found = await current_window(store, at)
    assert found
    assert (found.id, found.until) == ("a", at + timedelta(hours=3))
    assert await current_window(store, at + timedelta(hours=3)) is None
    await store.close()
