"""What sites ask for: their state by their token, and the page that anybody may see and that tells nothing."""

from typing import Any
from urllib.parse import quote

import httpx2
import pytest

from adapters.sites.tokens import SiteLinks
from dunning.holds import Hold
from dunning.level import Level
from dunning.records.accounts import Account, Contact, Service
from tests.dunning.life import utc
from tests.portal.world import CLIENT_PORTAL, CONTACT, RING, Portal

SERVICE = "sandbox:bakery:website"
LINKS = SiteLinks(RING, "https://pay.example")
BEGAN = utc("2026-12-11 14:00")
SECRETS = ("INV-1", "Example Bakery", "info@", "19.99", "seen by staff only", "?s=", "/pay/")
"""What nobody but the owner may read: an invoice's number, a name, an address, an amount, a note, a signed link."""


@pytest.fixture
async def held(kept: Portal) -> Portal:
    """Give the shared portal with an account that has one website and nothing on it."""
    account = Account(
        id="bakery",
        name="Example Bakery",
        contacts=(Contact(account="bakery", email="info@bakery.example"),),
        services=(Service(id=SERVICE, account="bakery", user="bakery", domain="bakery.example"),),
    )
    await kept.store.put_account(account)
    return kept


async def place(portal: Portal, source: str, level: Level, account: str = "bakery", service: str = "") -> None:
    await portal.store.place_hold(
        Hold(account=account, source=source, level=level, since=BEGAN, service=service, note="seen by staff only")
    )


async def ask(portal: Portal, service: str = SERVICE, token: str | None = None, **headers: str) -> httpx2.Response:
    shown = LINKS.token(service) if token is None else token
    way = f"/sites/{quote(service, safe='')}/state"
    return await portal.http.get(way, headers={"Authorization": f"Bearer {shown}", **headers})


async def page(portal: Portal, service: str = SERVICE) -> httpx2.Response:
    return await portal.http.get(f"/sites/{quote(service, safe='')}/suspended")


async def told(portal: Portal) -> dict[str, Any]:
    answer = await ask(portal)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    return answer.json()


@pytest.mark.req("S4-04", "S4-05", "S4-07", "S4-08", "S4-09", "S4-15")
async def test_a_site_reads_at_each_phase_what_it_shows_to_whom_and_what_it_refuses(held: Portal) -> None:
    seen = [await told(held)]
    for level in (Level.WARNED, Level.LOCKED, Level.SUSPENDED):
        await place(held, "INV-1", level)
        seen.append(await told(held))
    shown = [(each["level"], each["show_to"], each["login"], each["registration"], each["display"]) for each in seen]
    both = ["owners", "admins"]
    assert shown == [
        ("active", [], "allowed", "allowed", "normal"),
        ("warned", both, "allowed", "allowed", "normal"),
        ("locked", both, "refused", "refused", "normal"),
        ("suspended", both, "refused", "refused", "suspended"),
    ]
    assert seen[0]["message"] is None
    for each in seen[1:]:
        assert (each["service"], each["reasons"], each["since"]) == (SERVICE, ["non-payment"], "2026-12-11T14:00:00Z")
        where, _, token = each["message"]["pay_url"].partition("?s=")
        assert where == "https://pay.example/pay/INV-1", "the way to pay lies outside the site"
        term = held.links.links.opened("pay", "INV-1", token)
        assert term
        assert (term.given.minute, term.given.second) == (0, 0), (
            "the answer stays the same for a while, and so its ETag"
        )
        assert "19.99" not in each["message"]["text"]


@pytest.mark.req("S2-16", "S2-17")
async def test_other_holds_come_with_their_category_and_where_to_write(held: Portal) -> None:
    await place(held, "abuse", Level.SUSPENDED)
    await place(held, "dmca", Level.LOCKED)
    said = await told(held)
    assert (said["level"], said["reasons"]) == ("suspended", ["abuse", "dmca"])
    assert said["message"]["pay_url"] == ""
    assert said["message"]["write_to"] == ["abuse@hosting.example", "legal@hosting.example"]


async def test_an_unchanged_state_is_304_and_a_changed_one_is_not(held: Portal) -> None:
    first = await ask(held)
    tag = first.headers["etag"]
    assert first.headers["cache-control"] == "private, max-age=30"
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = await ask(held, **{"If-None-Match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert (await ask(held, **{"If-None-Match": '"other"'})).status_code == 200
    await place(held, "INV-1", Level.WARNED)
    changed = await ask(held, **{"If-None-Match": tag})
    assert (changed.status_code, changed.json()["level"]) == (200, "warned")
    assert changed.headers["etag"] != tag


async def test_nobody_reads_it_without_the_sites_own_token_nor_learns_that_the_site_exists(held: Portal) -> None:
    await place(held, "INV-1", Level.WARNED)
    refused = [
        await ask(held, token="y"),
        await ask(held, token="x" * 43),
        await ask(held, token=LINKS.token("sandbox:other:website")),
        await ask(held, token=held.links.signature(SERVICE)),
        await held.http.get(f"/sites/{SERVICE}/state"),
        await held.http.get(f"/sites/{SERVICE}/state?s=%ff"),
        await ask(held, "sandbox:nobody:website"),
    ]
    assert {(each.status_code, each.text) for each in refused} == {(404, '{"error":"no such site, or not its token"}')}
    assert {each.headers["cache-control"] for each in refused} == {"no-store"}


async def test_the_token_may_stand_in_the_address(held: Portal) -> None:
    answer = await held.http.get(f"/sites/{SERVICE}/state?s={LINKS.token(SERVICE)}")
    assert (answer.status_code, answer.json()["service"]) == (200, SERVICE)


async def test_an_id_may_hold_anything(held: Portal) -> None:
    odd = 'generic:a/b ?#%"<é>:website'
    await held.store.put_account(Account(id="odd", name="", services=(Service(id=odd, account="odd", user="x"),)))
    assert (await ask(held, odd)).json()["service"] == odd
    await place(held, "INV-2", Level.SUSPENDED, "odd")
    assert (await page(held, odd)).status_code == 200


async def test_who_signed_up_again_with_the_same_name_has_the_state_of_the_panels_user(held: Portal) -> None:
    again = Account(id="zz-again", name="Again", services=(Service(id=SERVICE, account="zz-again", user="bakery"),))
    await held.store.put_account(again)
    await place(held, "INV-9", Level.SUSPENDED, "zz-again")
    assert (await told(held))["level"] == "suspended"
    assert (await page(held)).status_code == 200


@pytest.mark.req("S2-18", "S4-09")
async def test_visitors_of_an_unpaid_site_read_the_category_and_its_owner_how_to_pay(held: Portal) -> None:
    await place(held, "INV-1", Level.SUSPENDED)
    shown = await page(held)
    assert shown.status_code == 200
    assert "This site is suspended" in shown.text
    assert "non-payment" in shown.text
    assert "pay the open invoice, and the site comes back by itself" in shown.text
    assert f'log in to the <a href="{CLIENT_PORTAL}">client portal</a>' in shown.text
    assert f"mailto:{CONTACT}" in shown.text
    assert [secret for secret in SECRETS if secret in shown.text] == []
    assert shown.headers["cache-control"] == "public, max-age=60"
    assert "noindex" in shown.headers["x-robots-tag"]


@pytest.mark.req("S2-17", "S2-18")
@pytest.mark.parametrize(
    ("kind", "name", "contact"),
    [
        ("abuse", "abuse report", "abuse@hosting.example"),
        ("dmca", "copyright notice (DMCA)", "legal@hosting.example"),
        ("tos", "terms of service", "abuse@hosting.example"),
        ("manual", "other reason", "support@hosting.example"),
    ],
)
async def test_visitors_read_the_category_of_any_other_reason_and_where_its_owner_writes(
    held: Portal, kind: str, name: str, contact: str
) -> None:
    await place(held, kind, Level.SUSPENDED)
    shown = await page(held)
    assert name in shown.text
    assert f"mailto:{contact}" in shown.text
    assert "pay the open invoice" not in shown.text
    assert [secret for secret in SECRETS if secret in shown.text] == []


@pytest.mark.req("S2-18")
async def test_all_that_suspends_it_is_named_and_nothing_that_does_not(held: Portal) -> None:
    await place(held, "INV-1", Level.SUSPENDED)
    await place(held, "abuse", Level.SUSPENDED)
    await place(held, "dmca", Level.WARNED)
    shown = (await page(held)).text
    assert "non-payment; abuse report" in shown
    assert "pay the open invoice, and this reason is gone" in shown
    assert "https://hosting.example/abuse-faq" in shown
    assert "copyright" not in shown


@pytest.mark.req("S4-04", "S4-08")
async def test_who_is_running_warned_locked_or_unknown_has_one_and_the_same_page(held: Portal) -> None:
    neutral = [await page(held), await page(held, "sandbox:nobody:website")]
    for level in (Level.WARNED, Level.LOCKED):
        await place(held, "INV-1", level)
        neutral.append(await page(held))
    assert {each.status_code for each in neutral} == {404}
    assert len({each.text for each in neutral}) == 1


async def test_another_services_hold_is_none_of_this_site(held: Portal) -> None:
    await place(held, "INV-1", Level.SUSPENDED, service="sandbox:blog:website")
    assert (await told(held))["level"] == "active"
    assert (await page(held)).status_code == 404
    await place(held, "INV-2", Level.LOCKED, service=SERVICE)
    assert (await told(held))["level"] == "locked"


async def test_a_site_whose_panel_suspends_whole_users_goes_down_with_the_others_of_its_user(held: Portal) -> None:
    shop, blog = (
        Service(id=f"whm:u:{kind}", account="whm-user", kind=kind, panel="whm", user="u")
        for kind in ("website", "blog")
    )
    await held.store.put_account(Account(id="whm-user", name="", services=(shop, blog)))
    await place(held, "INV-8", Level.LOCKED, account="whm-user", service=shop.id)
    levels = [(await ask(held, each.id)).json()["level"] for each in (shop, blog)]
    assert levels == ["locked", "active"], "a lock is the site's own"
    await place(held, "INV-9", Level.SUSPENDED, account="whm-user", service=shop.id)
    assert [(await ask(held, each.id)).json()["level"] for each in (shop, blog)] == ["suspended", "suspended"]
    assert [(await page(held, each.id)).status_code for each in (shop, blog)] == [200, 200]


async def test_owners_read_at_login_what_holds_their_site_in_their_own_language(held: Portal) -> None:
    account = await held.store.account("bakery")
    await held.store.put_account(account.model_copy(update={"locale": "de_DE", "brand": "acme"}))
    await place(held, "INV-1", Level.LOCKED)
    await place(held, "abuse", Level.LOCKED)
    message = (await told(held))["message"]
    assert message["text"] == (
        "Diese Website ist eingeschränkt: Niemand kann sich anmelden oder registrieren, Besucher sehen die Seiten "
        "weiterhin. Gebühren für diese Website sind fällig und wurden nicht rechtzeitig bezahlt. Bitte bezahlen Sie "
        "sie über den Zahlungslink. Ein Grund besteht wegen einer Missbrauchsmeldung. Das erledigt keine Zahlung: "
        "Schreiben Sie an abuse@hosting.example, oder lesen Sie https://hosting.example/abuse-faq."
    )
    assert message["pay_url"].startswith("https://acme.example/pay/INV-1?s=")
