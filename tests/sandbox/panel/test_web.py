"""The web host shows visitors what the panel's users have, or what a script says in spite of the panel."""

import httpx2
import pytest

from sandbox.companies import Sandbox
from sandbox.panel.books import ServiceLevel


async def visit(sandbox: Sandbox, user: str) -> httpx2.Response:
    async with httpx2.AsyncClient(trust_env=False, base_url=sandbox.addresses.web) as http:
        return await http.get(f"/{user}", follow_redirects=True)


@pytest.mark.parametrize(
    ("level", "status", "title"),
    [
        ("active", 200, "Welcome to web-active"),
        ("locked", 200, "Welcome to web-locked"),
        ("suspended", 200, "Account Suspended"),
        ("deleted", 404, "Not Found"),
    ],
)
async def test_a_site_is_as_the_panel_says(sandbox: Sandbox, level: ServiceLevel, status: int, title: str) -> None:
    await sandbox.panel.put(f"web-{level}", level)
    seen = await visit(sandbox, f"web-{level}")
    assert (seen.status_code, f"<title>{title}</title>" in seen.text) == (status, True)
    assert seen.url.path == ("/cgi-sys/suspendedpage.cgi" if level == "suspended" else f"/web-{level}")


async def test_nobody_is_not_found_and_the_front_page_names_everybody(sandbox: Sandbox) -> None:
    assert (await visit(sandbox, "web-nobody")).status_code == 404
    await sandbox.panel.put("web-somebody", "active")
    assert '<a href="/web-somebody">' in (await visit(sandbox, "")).text


async def test_it_shows_what_the_panel_denies_as_often_as_it_is_told(sandbox: Sandbox) -> None:
    await sandbox.panel.put("web-liar", "suspended")
    for behaviour in ("running", "gone", "500", "slow:0.01"):
        await sandbox.web.script("web-liar", behaviour)
    await sandbox.panel.put("web-other", "active")
    await sandbox.web.script("web-other", "suspended")
    seen = [await visit(sandbox, "web-liar") for _ in range(5)]
    assert [(each.status_code, "Suspended" in each.text) for each in seen] == [
        (200, False),
        (404, False),
        (500, False),
        (200, True),
        (200, True),
    ]
    assert "Suspended" in (await visit(sandbox, "web-other")).text
    visits = (await sandbox.web.books()).visits
    assert [each.status for each in visits if each.user == "web-liar"] == [200, 404, 500, 302, 302]


async def test_a_visit_can_be_held(sandbox: Sandbox) -> None:
    await sandbox.panel.put("web-held", "active")
    await sandbox.web.script("web-held", "hold")
    async with httpx2.AsyncClient(trust_env=False, timeout=0.2) as http:
        with pytest.raises(httpx2.ReadTimeout):
            await http.get(f"{sandbox.addresses.web}/web-held")
    assert (await sandbox.web.until_held("web-held")).what == "visit"
    await sandbox.web.release("web-held")
    assert (await visit(sandbox, "web-held")).status_code == 200
