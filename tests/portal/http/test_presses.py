"""How often a button may be pressed: of one link and from one address, and whom that keeps out."""

from collections.abc import AsyncGenerator
from ipaddress import ip_network
from typing import Any

import httpx2
import pytest

from dunning.records.accounts import Account
from dunning.records.books import KnownInvoice
from portal.http.limits import Limits
from portal.http.presses import HOUR, AddressPresses, Presses
from tests.portal.bills import case_of
from tests.portal.pages.test_pay import show, text_of
from tests.portal.world import Portal, paid, portal, signed


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_so_many_in_any_hour_and_the_next_when_the_first_is_an_hour_old() -> None:
    clock = Clock()
    presses = Presses(3, clock)
    for clock.now in (0.0, 10.0, 20.0):
        assert presses.wait("a") == 0
    clock.now = 30.0
    assert [presses.wait("a") for _ in range(10_000)] == [3571] * 10_000
    assert presses.wait("b") == 0
    clock.now = HOUR
    assert presses.wait("a") == 0, "what was refused is not counted"
    assert presses.wait("a") == 11


def test_what_is_counted_is_bounded_and_who_presses_is_not_forgotten_first() -> None:
    presses = Presses(1, Clock(), keys=10)
    assert presses.wait("a") == 0
    for number in range(10_000):
        assert presses.wait(str(number)) == 0
        assert presses.wait("a") > 0
    assert len(presses._of) == 10


@pytest.fixture
async def few(url: str) -> AsyncGenerator[Portal]:
    """Give a portal with three presses of a link, and five of an address."""
    async with portal(url, delivering=False, presses=3, address_presses=5) as door:
        show(door, case_of())
        show(door, case_of("INV-2"))
        yield door


async def statuses(door: Portal, invoice: str, times: int, way: str = "") -> list[int]:
    return [(await door.submit(invoice, way)).status_code for _ in range(times)]


async def test_hundreds_of_presses_reach_the_gateway_three_times(url: str) -> None:
    async with portal(url, delivering=False, presses=3) as door:
        show(door, case_of())
        answers = list[httpx2.Response]()
        for number in range(300):
            answers.append(await door.submit("INV-1", "" if number % 2 else "/method"))
        assert len(door.company.asked) == 3
        answer = answers[-1]
        assert [each.status_code for each in answers] == [303] * 3 + [429] * 297
        assert 3_400 < int(answer.headers["retry-after"]) <= 3_600
        assert "nothing was charged by it." in text_of(answer.text)
        assert (await door.page("INV-1")).status_code == 200, "whoever looks is let in"


async def test_who_has_no_link_uses_up_nobodys_presses(few: Portal) -> None:
    wrong = [(await few.http.post("/pay/INV-1", data={"s": "x"})).status_code for _ in range(2)]
    assert wrong == [404, 404]
    assert await statuses(few, "INV-1", 3) == [303] * 3


async def test_one_link_keeps_no_other_out(url: str) -> None:
    async with portal(url, delivering=False, presses=3) as door:
        show(door, case_of())
        show(door, case_of("INV-2"))
        assert await statuses(door, "INV-1", 4) == [303, 303, 303, 429]
        assert await statuses(door, "INV-2", 1) == [303]
        later = door.links.links.token("pay", "INV-1", door.links.at.replace(year=2027))
        answer = await door.http.post("/pay/INV-1", data={"s": later})
        assert answer.status_code == 303, "of a customer with two mails, who passed one on, the other link works"


async def test_one_address_is_told_until_when_and_programs_come_all_the_same(few: Portal) -> None:
    assert await statuses(few, "INV-1", 3) == [303] * 3
    assert await statuses(few, "INV-2", 3) == [303, 303, 429]
    answer = await few.submit("INV-2")
    assert "That was too often" in text_of(answer.text)
    assert int(answer.headers["retry-after"]) > 3_400
    for number in range(20):
        body = paid(f"evt_{number}")
        assert (await few.http.post("/webhooks/stripe", content=body, headers=signed(body))).status_code == 200
        assert (await few.http.post("/codec/decode", json={})).status_code == 404, "none is here"


async def test_another_sites_page_uses_up_nobodys_presses(few: Portal) -> None:
    forged = {"Sec-Fetch-Site": "cross-site"}
    for _ in range(20):
        answer = await few.http.post("/pay/INV-1", data={"s": few.links.signature("INV-1")}, headers=forged)
        assert answer.status_code == 403
    assert await statuses(few, "INV-1", 3) == [303] * 3


async def test_what_a_proxy_brings_the_proxy_counts(url: str) -> None:
    async with portal(url, delivering=False, address_presses=1, limits=Limits()) as door:
        show(door, case_of())
        assert await statuses(door, "INV-1", 5) == [303] * 5


@pytest.mark.parametrize(
    ("addresses", "counted"),
    [
        (("192.0.2.1", "192.0.2.1"), 1),
        (("192.0.2.1", "192.0.2.2"), 2),
        (("2001:db8::1", "2001:db8::2"), 1),
        (("2001:db8::1", "2001:db8:0:1::1"), 2),
        (("::ffff:192.0.2.1", "192.0.2.1"), 1),
        (("10.0.0.1", "10.0.0.1"), 2),
    ],
)
def test_who_is_one_client(addresses: tuple[str, str], counted: int) -> None:
    async def app(*_: Any) -> None: ...

    made = AddressPresses(app, Presses(1), (ip_network("10.0.0.0/8"),), None)  # pyright: ignore[reportArgumentType]
    scopes = [{"type": "http", "method": "POST", "path": "/pay/x", "client": (each, 1)} for each in addresses]
    assert sum(made._wait(scope) == 0 for scope in scopes) == counted


async def test_the_answer_of_a_press_too_many_is_a_page_of_the_customers_own(url: str) -> None:
    async with portal(url, delivering=False, presses=1) as door:
        await door.store.put_account(Account(id="bakery", name="Bäckerei", locale="de_DE", payer="cus_1"))
        case = case_of()
        show(door, case)
        row = KnownInvoice(number="INV-1", account="bakery", policy=case.plan.policy, due=case.invoice.due)
        await door.store.open_invoice(row)
        await door.submit("INV-1")
        answer = await door.submit("INV-1")
        assert (answer.status_code, "Das war zu oft" in answer.text) == (429, True)
