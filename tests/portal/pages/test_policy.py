"""`GET /policies/{name}`: what happens to an unpaid invoice, for everybody, as the live policy says it (S2-29)."""

import re
import shutil
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import httpx2
import pytest
from markupsafe import Markup
from starlette.requests import Request

from adapters.settings.brands import Brand, Brands
from adapters.settings.policies import PolicyFolder, policy_names
from adapters.settings.settings import ROOT
from adapters.templates.languages import Languages
from composition import now
from operations.policies.plans import PlanOf, Policies
from portal.http.app import application
from portal.http.html import Pages
from portal.http.presses import Presses
from portal.http.readers import Readers
from portal.http.server import serving
from portal.pages.policy import PolicyPage

ROW = re.compile(r'<tr><th scope="row">(?P<day>[^<]*)</th><td class="text">(?P<what>[^<]*)</td></tr>')
BRANDS = Brands(Brand(company="Example Hosting", contact="billing@hosting.example"))


async def nothing() -> None:
    """No window is there."""


async def of_nobody(_: Request) -> None:
    """Nobody's link is opened."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Our policies, to be edited."""
    return Path(shutil.copytree(ROOT / "policies", tmp_path / "policies"))


@pytest.fixture
async def portal(folder: Path) -> AsyncIterator[httpx2.AsyncClient]:
    """Give the page over a real socket."""
    pages = Pages(Readers(Languages(ROOT / "notices" / "common"), BRANDS))
    routes = [PolicyPage(PolicyFolder(folder, lambda _: []), pages).route()]
    async with (
        serving(
            application(routes, pages, nothing, of_nobody, now, https=False, presses=Presses(1_000), proxies=()),
            "127.0.0.1",
            0,
        ) as port,
        httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client,
    ):
        yield client


async def rows(portal: httpx2.AsyncClient, name: str, **headers: str) -> list[tuple[str, str]]:
    answer = await portal.get(f"/policies/{name}", headers=headers)
    assert answer.status_code == 200
    return [(row["day"], str(Markup(row["what"]).unescape())) for row in ROW.finditer(answer.text)]


def day(text: str) -> int:
    number = int(re.sub(r"\D", "", text) or "0")
    return -number if text.endswith("before the due date") else number


@pytest.mark.req("S2-29")
@pytest.mark.parametrize("name", policy_names(ROOT / "policies"))
async def test_the_page_has_each_step_of_the_plan_that_a_case_would_get(
    portal: httpx2.AsyncClient, folder: Path, name: str
) -> None:
    plan = Policies(PolicyFolder(folder, lambda _: [])).plan(PlanOf(name, date(2026, 12, 1)))
    assert [day(text) for text, _ in await rows(portal, name)] == [each.day for each in plan.milestones]


@pytest.mark.req("S2-29")
async def test_an_edit_of_the_policy_is_on_the_page_at_once(portal: httpx2.AsyncClient, folder: Path) -> None:
    assert ("5 days after the due date", "Late fee: $35.00") in await rows(portal, "courtesy-5-10-35")
    file = folder / "courtesy-5-10-35.toml"
    file.write_text(file.read_text().replace('fee = "USD 35.00"', 'fee = { percent = "1.5", minimum = "USD 5.00" }'))
    said = dict(await rows(portal, "courtesy-5-10-35"))
    assert said["5 days after the due date"] == "Late fee: 1.5% of what is open, at least $5.00"


async def test_it_is_in_the_reader_s_language_and_names_no_inner_word(portal: httpx2.AsyncClient) -> None:
    german = await rows(portal, "a-small-orange", **{"Accept-Language": "de"})
    assert german[0] == ("10 Tage vor der Fälligkeit", "Wir senden die Rechnung")
    assert german[-1][1].endswith("(erst, wenn ein Mensch zugestimmt hat)")
    page = (await portal.get("/policies/a-small-orange")).text
    for word in ("first-overdue", "milestone", "a-small-orange"):
        assert word not in page


@pytest.mark.parametrize("name", ["nobody", "..%2f..%2fetc%2fpasswd", "a-small-orange.toml", "%00"])
async def test_what_is_no_policy_is_not_found(portal: httpx2.AsyncClient, name: str) -> None:
    assert (await portal.get(f"/policies/{name}")).status_code == 404


async def test_a_policy_that_may_not_be_used_is_not_shown(portal: httpx2.AsyncClient, folder: Path) -> None:
    (folder / "broken.toml").write_text("title = 1")
    answer = await portal.get("/policies/broken")
    assert answer.status_code == 404
    assert "title" not in answer.text.split("</title>")[1]


async def test_who_is_not_warned_is_not_promised_a_warning(portal: httpx2.AsyncClient, folder: Path) -> None:
    plain = (folder / "a-small-orange.toml").read_text()
    assert "we write to you and name its day" in (await portal.get("/policies/a-small-orange")).text
    (folder / "harsh.toml").write_text(f"confirm_no_grace = true\n{plain}")
    assert "we write to you and name its day" not in (await portal.get("/policies/harsh")).text
