"""Pages under the customer's brand: name, colour, foot, address to write to, links; nothing of another's."""

import pytest

from composition import now
from dunning.holds import Hold
from dunning.level import Level
from dunning.ports.outages import OutageError
from dunning.records.accounts import Account, Service
from tests.portal.bills import case_of
from tests.portal.pages.test_pay import seen_in, show, text_of
from tests.portal.world import COMPANY, CONTACT, Portal

SITE = "sandbox:bakery:website"


@pytest.fixture
async def acme(kept: Portal) -> Portal:
    """Give a portal with an account of another brand than the house's."""
    services = (Service(id=SITE, account="bakery", user="bakery", domain="bakery.example"),)
    account = Account(id="bakery", name="Bakery", payer="cus_1", brand="acme", services=services)
    await kept.store.put_account(account)
    show(kept, case_of())
    return kept


def check(html: str) -> str:
    for house in (COMPANY, CONTACT, "#0a5ca8"):
        assert house not in html
    assert "--brand:#7a1f5c" in html
    said = text_of(html)
    assert said.startswith("Acme Web")
    assert said.endswith("Questions? Write to hello@acme.example . Acme Web Ltd, London Reg. 123")
    return said


async def test_each_page_that_knows_its_customer(acme: Portal) -> None:
    page = await acme.page("INV-1")
    assert "Acme Web may keep this payment method" in check(page.text)
    assert "help?lang=en&amp;brand=acme" in page.text
    await acme.store.place_hold(Hold(account="bakery", source="INV-1", level=Level.SUSPENDED, since=now()))
    for path in (acme.links.back("INV-1")[19:], f"/sites/{SITE}/suspended", "/pay/help?brand=acme"):
        check((await acme.http.get(path)).text)


async def test_the_page_s_policy_allows_the_brand_s_own_style(acme: Portal) -> None:
    house, own = await acme.http.get("/pay/help"), await acme.page("INV-1")
    policies = [each.headers["content-security-policy"] for each in (house, own)]
    assert policies[0] != policies[1]
    assert all("style-src 'sha256-" in each for each in policies)


async def test_the_gateway_leads_back_to_the_brand_s_own_address(acme: Portal) -> None:
    await acme.submit("INV-1", seen=seen_in((await acme.page("INV-1")).text), consent="yes")
    visit = acme.company.asked[0][5]
    assert visit.back.startswith("https://acme.example/pay/INV-1/back?s=")
    assert visit.left.startswith("https://acme.example/pay/INV-1/back?s=")
    assert visit.consent.startswith("Acme Web may keep")
    assert visit.consent.endswith("writing to hello@acme.example.")


async def test_what_goes_wrong_is_told_by_the_brand_too(acme: Portal) -> None:
    acme.company.away = True
    answer = await acme.submit("INV-1")
    assert answer.status_code == 503
    check(answer.text)
    acme.cases.troubles["*"] = OutageError("away")
    before = await acme.http.get(f"/pay/INV-1?s={acme.links.signature('INV-1')}", headers={"Host": "acme.example"})
    assert before.status_code == 503
    check(before.text)
    assert "Example Hosting" in (await acme.http.get("/nowhere")).text
