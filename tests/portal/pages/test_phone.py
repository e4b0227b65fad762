"""The pay page in a real browser, as wide as a small phone: readable, allowed to look as it should, and it leads on."""

from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from composition import now
from dunning.holds import Hold
from dunning.level import Level
from dunning.records.accounts import Account
from portal.http.server import serving
from tests.portal.bills import case_of
from tests.portal.browser import chromium
from tests.portal.pages.test_pay import also_open
from tests.portal.world import TERMS, portal, until

WIDTH = 360


async def company_page(request: Request) -> Response:
    return HTMLResponse(f"<title>Company</title><p>at {request.url.path}")


COMPANY = Starlette(routes=[Route("/{path}", company_page)])


@pytest.mark.req("S3-07", "S3-30")
async def test_on_a_phone(url: str, tmp_path: Path) -> None:
    async with (
        serving(COMPANY, "127.0.0.1", 0) as port,
        portal(url, delivering=False, leads_to=f"http://127.0.0.1:{port}") as door,
        chromium(tmp_path / "profile", WIDTH) as tab,
    ):
        long = "INV-2026-11-25-A-VERY-LONG-NUMBER-OF-SIXTY-FOUR-CHARACTERS-000001"[:64]
        await door.store.put_account(Account(id="bakery", name="Example Bakery" * 5, payer="cus_1"))
        await also_open(door, case_of("INV-1", rules="courtesy-5-10-35", overdue=12))
        await also_open(door, case_of(long, rules="courtesy-5-10-35", overdue=42))
        await door.store.place_hold(Hold(account="bakery", source="INV-1", level=Level.SUSPENDED, since=now()))
        page = f"{door.url}/pay/INV-1?s={door.links.signature('INV-1')}"

        await tab.open(page)
        (tmp_path / "phone.png").write_bytes(await tab.picture())
        assert await tab.ask("document.documentElement.scrollWidth") <= WIDTH
        assert await tab.ask("document.title") == "Invoice INV-1 · Example Hosting"
        assert await tab.ask("getComputedStyle(document.querySelector('button')).backgroundColor") == "rgb(10, 92, 168)"
        assert await tab.ask("document.querySelector('button').offsetHeight") >= 44
        assert await tab.ask("parseInt(getComputedStyle(document.body).fontSize)") >= 16
        assert await tab.ask("document.querySelector('input[type=checkbox]').checked") is False

        await tab.ask("document.querySelector('label').click()")
        await tab.ask("document.querySelector('button').click()")
        await tab.until("document.title === 'Company'")
        assert await tab.ask("document.body.innerText.trim()") == "at /pay-here"
        assert await tab.ask("document.referrer") == ""
        assert [asked[5].consent for asked in door.company.asked] == [TERMS]

        await tab.open(page)
        await tab.ask("document.querySelector('button.second').click()")
        await tab.until("document.title === 'Company'")
        assert door.company.asked[1][0] == "setup"
        assert tab.complaints == []


async def test_the_policy_lets_a_form_lead_nowhere_else(url: str, tmp_path: Path) -> None:
    async with (
        serving(COMPANY, "127.0.0.1", 0) as port,
        portal(url, delivering=False) as door,
        chromium(tmp_path / "profile", WIDTH) as tab,
    ):
        door.company.url = f"http://127.0.0.1:{port}"
        await also_open(door, case_of())
        await tab.open(f"{door.url}/pay/INV-1?s={door.links.signature('INV-1')}")
        await tab.ask("document.querySelector('button').click()")

        async def complained() -> bool:
            await tab.ask("1")
            return bool(tab.complaints)

        await until(complained)
        assert any("form-action" in words for words in tab.complaints), tab.complaints
        assert await tab.ask("document.title") != "Company"
