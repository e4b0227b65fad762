"""`link` prints what an invoice's mails have, under its account's brand; it opens the page."""

import re
from collections.abc import AsyncGenerator
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
import pytest_asyncio

from sandbox.stage.stage import Stage
from tests.cli.command import Operate, lines, row
from tests.server.payments.test_money_in import until_true

WHO = ("--by", "ana", "--reason", "the mail was passed on")
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
    monkeypatch.delenv("REPRIEVE_LINK_SECRETS")
    said = await operate("link", "LINK-3")
    assert (said.status, said.out) == (2, "")
    assert "REPRIEVE_LINK_SECRETS" in said.err


async def test_links_that_leaked_are_ended_and_the_customer_gets_a_new_one_by_mail(
    open_portal: Stage, operate: Operate
) -> None:
    asked = row("LINK-4", emails=["link-4@bakery.example"])
    assert (await operate("start", "-", stdin=lines(asked))).status == 0
    leaked = (await operate("link", "LINK-4")).out.strip()
    said = await operate("link", "LINK-4", "--revoke", *WHO)
    assert (said.status, said.err) == (0, "")
    assert "all links to LINK-4 that were given out so far are ended" in said.out
    (deed,) = await open_portal.store.account_changes("LINK-4-account")
    assert (deed.by, deed.what) == ("ana", ("links to invoice LINK-4 ended",))
    async with httpx2.AsyncClient(trust_env=False, timeout=20) as http:
        page = await http.get(leaked)
        assert (page.status_code, "This link is over" in page.text) == (410, True)
        assert (await http.get((await operate("link", "LINK-4")).out.strip())).status_code == 200
        token = parse_qs(urlsplit(leaked).query)["s"][0]
        for _ in range(3):
            answer = await http.post(leaked.replace("?", "/fresh?"), data={"s": token})
            assert (answer.status_code, "Look into your mailbox" in answer.text) == (200, True)

        async def mailed() -> list[str]:
            mails = (await open_portal.companies.mail.books()).to("link-4@bakery.example")
            return [each.text for each in mails if each.subject == "Your Link to an Invoice"]

        async def came() -> bool:
            return bool(await mailed())

        await until_true(came)
        (text,) = await mailed()
        found = re.search(rf"{open_portal.portal_url}/pay/LINK-4\?s=\S+", text)
        assert found
        assert (await http.get(found[0])).status_code == 200


async def test_whoever_ends_links_says_who_and_why(operate: Operate) -> None:
    assert (await operate("start", "-", stdin=lines(row("LINK-5")))).status == 0
    said = await operate("link", "LINK-5", "--revoke", "--by", "ana")
    assert (said.status, said.out) == (2, "")
    assert said.err == "starter: --revoke: say who ends the links and why: --by NAME --reason TEXT\n"
    said = await operate("link", "LINK-NONE", "--revoke", *WHO)
    assert (said.status, "there is no such invoice" in said.err) == (2, True)
