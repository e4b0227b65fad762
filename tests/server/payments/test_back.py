"""A customer pays on the gateway's own page, and no webhook tells of it: the page says so, and money counts once."""

import asyncio
import re
from collections.abc import AsyncGenerator
from html import unescape
from pathlib import Path

import httpx2
import pytest
import pytest_asyncio

from dunning.case.ledger import Kind
from sandbox.stage.stage import Stage, stage
from tests.portal.browser import chromium
from tests.portal.mailed import Mailed
from tests.portal.pages.test_pay import text_of
from tests.server.payments.test_money_in import until_true
from tests.server.playing import Playing, begin

ASO = "a-small-orange"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def deaf() -> AsyncGenerator[Stage]:
    """Give a stage whose gateway tells nobody of anything."""
    async with stage(portal=True) as made:
        await made.companies.payments.webhook("http://127.0.0.1:1/lost", "whsec_lost")
        yield made


def links(on: Stage) -> Mailed:
    return Mailed(on.links)


async def to_gateway(on: Stage, invoice: str, http: httpx2.AsyncClient) -> str:
    """Press the button; returns the gateway's page."""
    answer = await http.post(links(on).pay(invoice).partition("?")[0], data={"s": links(on).signature(invoice)})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def back(url: str, http: httpx2.AsyncClient, card: str = "pm_card_visa") -> httpx2.Response:
    """Pay there, in a browser's way; returns the page that it leads back to."""
    paid = await http.post(url, data={"card": card})
    assert paid.status_code == 303, paid.text
    return await http.get(paid.headers["location"])


async def at_end(page: httpx2.Response, http: httpx2.AsyncClient) -> httpx2.Response:
    """The page after it was loaded anew as often as it asks for."""
    async with asyncio.timeout(30):
        while found := re.search(r'http-equiv="refresh" content="\d+; url=([^"]+)"', page.text):
            page = await http.get(str(page.url.join(unescape(found[1]))))
    return page


@pytest.mark.promise(9)
async def test_without_any_webhook_the_page_says_paid_and_the_money_is_counted_once(deaf: Stage) -> None:
    life = await opened(deaf, "BACK-1")
    async with httpx2.AsyncClient(trust_env=False, timeout=20) as http:
        url = await to_gateway(deaf, "BACK-1", http)
        page = await at_end(await back(url, http), http)
        assert "Invoice BACK-1 is paid." in text_of(page.text)
        again = await asyncio.gather(*(http.get(str(page.url)) for _ in range(4)))
        assert all("is paid" in each.text for each in again)
    assert await life.outcome() == "paid"
    books = (await deaf.companies.payments.books()).paid(life.account)
    assert [charge.amount for charge in books] == [1999]
    assert await deaf.store.credits(life.account) == ()
    assert await counted(deaf, "BACK-1") == 1


async def test_a_debit_is_on_its_way_at_once_and_nothing_asks_to_pay_again(deaf: Stage) -> None:
    await opened(deaf, "BACK-2")
    async with httpx2.AsyncClient(trust_env=False, timeout=20) as http:
        url = await to_gateway(deaf, "BACK-2", http)
        page = await at_end(await back(url, http, "pm_usBankAccount_success"), http)
        assert "your payment is on its way" in text_of(page.text)
        home = await http.get(links(deaf).pay("BACK-2"))
        assert "A payment is on its way." in text_of(home.text)
        assert "by card or bank debit" not in text_of(home.text)


async def test_who_presses_pay_again_in_another_window_is_not_charged_twice(deaf: Stage) -> None:
    life = await opened(deaf, "BACK-3")
    async with httpx2.AsyncClient(trust_env=False, timeout=20) as http:
        url = await to_gateway(deaf, "BACK-3", http)
        await http.post(url, data={"card": "pm_card_visa"})  # and the browser is closed: nobody comes back
        led = await to_gateway(deaf, "BACK-3", http)
        assert led.startswith(f"{deaf.portal_url}/pay/BACK-3/back?")
        assert "Invoice BACK-3 is paid." in text_of((await at_end(await http.get(led), http)).text)
    assert await life.outcome() == "paid"


async def test_a_webhook_that_comes_later_changes_nothing(open_stage: Stage) -> None:
    """The same payment by both ways at once, as it usually is: the page and the webhook race for it."""
    life = await opened(open_stage, "BACK-4")
    async with httpx2.AsyncClient(trust_env=False, timeout=20) as http:
        page = await at_end(await back(await to_gateway(open_stage, "BACK-4", http), http), http)
        assert "Invoice BACK-4 is paid." in text_of(page.text)
    assert await life.outcome() == "paid"
    await until_true(lambda: handled(open_stage))
    assert await open_stage.store.credits(life.account) == ()
    assert await counted(open_stage, "BACK-4") == 1


async def handled(on: Stage) -> bool:
    return not await on.store.waiting(1)


async def test_in_a_browser_without_a_script_of_ours_from_the_button_to_paid(deaf: Stage, tmp_path: Path) -> None:
    life = await opened(deaf, "BACK-5", locale="de_DE")
    async with chromium(tmp_path / "profile", 390) as tab:
        await tab.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark"}])
        await tab.open(links(deaf).pay("BACK-5"))
        assert await tab.ask("getComputedStyle(document.body).backgroundColor") == "rgb(18, 22, 27)"
        assert await tab.ask("document.title") == "Rechnung BACK-5 · Example Hosting"
        (tmp_path / "dark.png").write_bytes(await tab.picture())
        await tab.ask("document.querySelector('button').click()")
        await tab.until("document.querySelector('select[name=card]') !== null")
        await tab.ask("document.querySelector('select').value = 'pm_card_visa'")
        await deaf.worker.stop()  # the case cannot count it yet: the page says what it knows
        await tab.ask("document.querySelector('button').click()")
        await tab.until("document.body.innerText.includes('Vielen Dank')")
        assert not await tab.ask("document.body.innerText.includes('ist bezahlt')")
        await deaf.start_worker()
        await tab.until("document.body.innerText.includes('Die Rechnung BACK-5 ist bezahlt.')")
        (tmp_path / "paid.png").write_bytes(await tab.picture())
        assert await tab.ask("document.querySelector('meta[http-equiv=refresh]')") is None
        assert await tab.ask("document.scripts.length") == 0
        assert [each for each in tab.complaints if "404" not in each] == [], "the stand-in has no icon"
    assert await life.outcome() == "paid"


async def opened(on: Stage, invoice: str, locale: str = "en_US") -> Playing:
    """An invoice of USD 19.99 that asks for nothing by itself: its time stands still."""
    return await begin(on, invoice, ASO, locale=locale)


async def counted(on: Stage, invoice: str) -> int:
    """How often the closed books have a payment."""
    closed = await on.store.ledger(invoice)
    assert closed is not None
    return sum(entry.kind is Kind.PAYMENT for entry in closed.order.entries)
