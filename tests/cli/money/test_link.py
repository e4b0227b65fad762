"""`link` prints what an invoice's mails have, under its account's brand; it opens the page."""

from collections.abc import AsyncGenerator

import httpx2
import pytest
import pytest_asyncio

from sandbox.stage.stage import Stage
from tests.cli.command import Operate, lines, row

BRANDS = '{"acme": {"company": "Acme Web", "portal_url": "https://pay.acme.example"}}'


@pytest_asyncio.fixture
async def open_portal(a_stage: Stage) -> AsyncGenerator[Stage]:
    """Give the stage with its portal, for this test only."""
    await a_stage.start_portal()
    yield a_stage
    await a_stage.companies.payments.webhook("", "")
    await a_stage.portal.stop()


async def test_the_link_opens_the_invoice_s_page(
    open_portal: Stage, operate: Operate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REPRIEVE_BRANDS", BRANDS)
    rows = [row("LINK-1"), row("LINK-2", brand="acme")]
    assert (await operate("start", "-", stdin=lines(*rows))).status == 0
    said = await operate("link", "LINK-1")
    assert (said.status, said.err) == (0, "")
    async with httpx2.AsyncClient(trust_env=False) as http:
        page = await http.get(said.out.strip())
        assert page.status_code == 200
        assert "LINK-1" in page.text
        forged = await http.get(said.out.strip().replace("LINK-1", "LINK-2"))
        assert forged.status_code == 404
    under_brand = await operate("link", "LINK-2", "--json")
    assert under_brand.json["url"].startswith("https://pay.acme.example/pay/LINK-2?s=")


async def test_what_has_no_link_is_refused(operate: Operate, monkeypatch: pytest.MonkeyPatch) -> None:
    said = await operate("link", "NEVER-WAS")
    assert (said.status, said.out) == (2, "")
    assert "NEVER-WAS: there is no such invoice" in said.err
    assert (await operate("start", "-", stdin=lines(row("LINK-3")))).status == 0
    monkeypatch.delenv("REPRIEVE_LINK_SECRET")
    said = await operate("link", "LINK-3")
    assert (said.status, said.out) == (2, "")
    assert "REPRIEVE_LINK_SECRET" in said.err
