"""`GET /notices/{id}`: the customer opens what was sent, in a frame that lets nothing in or out; and how mail looks."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from adapters.settings.settings import ROOT
from adapters.templates.renderer import TemplateRenderer
from dunning.records.accounts import Account
from dunning.records.mail import NoticeCopy
from tests.notices.test_templates import order
from tests.portal.browser import Tab, chromium
from tests.portal.world import Portal, portal

NOTICE = "INV-1042:first overdue/x:0"
PHONES = (320, 420)


async def archived(door: Portal, **changes: Any) -> NoticeCopy:
    renderer = TemplateRenderer(ROOT / "notices", "Example Hosting", "", links=door.links.links)
    written = order(**changes)
    copy = NoticeCopy(
        id=NOTICE,
        invoice=written.invoice,
        account=written.account,
        recipient="anna@bakery.example",
        at=datetime(2026, 12, 6, 14, tzinfo=UTC),
        content=renderer.render(written, Account(id="acct-7", name="Ada Lovelace"), NOTICE),
        status="delivered",
    )
    await door.store.put_notice(copy)
    return copy


def path(door: Portal) -> str:
    return door.links.notice(NOTICE).removeprefix("https://pay.example")


@pytest.mark.req("S1-21")
async def test_the_signed_link_of_the_mail_shows_the_archived_words(url: str) -> None:
    async with portal(url, delivering=False) as door:
        copy = await archived(door)
        answer = await door.http.get(path(door))
        assert (answer.status_code, answer.text) == (200, copy.content.html)
        own = door.links.links.notice(NOTICE, order().at)
        assert own in copy.content.html
        assert own in copy.content.text
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "sandbox" in policy
        assert "allow-scripts" not in policy
        assert answer.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("signature", ["", "?s=", "?s=guessed"])
async def test_nobody_reads_a_notice_without_its_link(url: str, signature: str) -> None:
    async with portal(url, delivering=False) as door:
        await archived(door)
        assert (await door.http.get(f"/notices/INV-1042%3Afirst%20overdue%2Fx%3A0{signature}")).status_code == 404
        other = door.links.notice("INV-2:x:0").rpartition("?")[2]
        assert (await door.http.get(f"/notices/INV-1042%3Afirst%20overdue%2Fx%3A0?{other}")).status_code == 404


async def test_a_link_to_what_was_never_kept_leads_nowhere(url: str) -> None:
    async with portal(url, delivering=False) as door:
        assert (await door.http.get(path(door))).status_code == 404


@pytest.mark.parametrize("width", PHONES)
async def test_a_notice_is_readable_on_a_phone_by_day_and_by_night(url: str, width: int, tmp_path: Path) -> None:
    long = "INV-2026-11-25-A-VERY-LONG-NUMBER-OF-SIXTY-FOUR-CHARACTERS-000001"[:64]
    async with portal(url, delivering=False) as door, chromium(tmp_path / "profile", width) as tab:
        await archived(door, invoice=long, title="Invoice Reminder: Services Suspended", policy="courtesy-5-10-35")
        day = await colours(tab, f"{door.url}{path(door)}", "light")
        assert await tab.ask("document.documentElement.scrollWidth") <= width
        assert await tab.ask("document.querySelector('.pay').offsetHeight") >= 44
        assert await tab.ask("parseInt(getComputedStyle(document.querySelector('p')).fontSize)") >= 16
        assert await tab.ask("document.querySelectorAll('a.pay').length") == 1
        night = await colours(tab, f"{door.url}{path(door)}", "dark")
        (tmp_path / "night.png").write_bytes(await tab.picture())
        assert tab.complaints == []
    for words, paper in day + night:
        assert contrast(words, paper) >= 4.5, (words, paper)
    assert luminance(day[0][1]) > 0.9
    assert luminance(night[0][1]) < 0.05


async def colours(tab: Tab, url: str, scheme: str) -> list[tuple[str, str]]:
    """Words and the paper under them: text, small print, the table, the button."""
    await tab.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    await tab.open(url)
    seen = "getComputedStyle(document.querySelector('{}')).{}"
    parts = (
        (".body p", ".card"),
        (".foot p", ".card"),
        (".facts th", ".facts"),
        (".facts td", ".facts"),
        (".small a", ".card"),
    )
    pairs = [*parts, (".pay", ".pay"), (".head", ".card")]
    return [
        (await tab.ask(seen.format(words, "color")), await tab.ask(seen.format(paper, "backgroundColor")))
        for words, paper in pairs
    ]


def contrast(one: str, other: str) -> float:
    """As WCAG 2.2 measures it; 4.5 is what small text needs."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    red, green, blue = (_linear(int(part) / 255) for part in colour.partition("(")[2].rstrip(")").split(",")[:3])
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
