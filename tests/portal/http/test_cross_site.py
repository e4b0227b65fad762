"""Another site's page can show our form, but nobody's browser sends it for that."""

import pytest

from portal.http.html import _SORRY
from tests.portal.bills import case_of
from tests.portal.world import Portal


@pytest.mark.parametrize("way", ["", "/method"])
@pytest.mark.parametrize(
    ("headers", "taken"),
    [
        ({"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}, False),
        ({"Sec-Fetch-Site": "same-site", "Origin": "null"}, False),
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "http://127.0.0.1.evil.example"}, False),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Origin": "null"}, True),
        ({}, True),
    ],
)
async def test_a_form_is_taken_of_our_own_pages_only(
    bank: Portal, way: str, headers: dict[str, str], taken: bool
) -> None:
    bank.cases.cases["INV-1"] = case_of(overdue=3)
    signed = {"s": bank.links.signature("INV-1")}
    answer = await bank.http.post(f"/pay/INV-1{way}", data=signed, headers=headers)
    assert answer.status_code == (303 if taken else 403)
    assert bool(bank.company.asked) is taken


async def test_our_own_address_is_ours(bank: Portal) -> None:
    bank.cases.cases["INV-1"] = case_of(overdue=3)
    signed = {"s": bank.links.signature("INV-1")}
    assert (await bank.http.post("/pay/INV-1", data=signed, headers={"Origin": bank.url})).status_code == 303


async def test_webhooks_come_from_no_browser_and_a_link_in_a_mail_is_opened_from_anywhere(bank: Portal) -> None:
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    assert (await bank.http.post("/webhooks/stripe", headers=elsewhere)).status_code == 400
    assert (await bank.http.get("/pay/help", headers=elsewhere)).status_code == 200


def test_a_person_reads_words_for_it() -> None:
    assert _SORRY[403] == "not_so"
