"""Who takes the mail of a domain, asked of a real name server on loopback."""

import asyncio
import time

import pytest

from adapters.mail import reachability as reach
from adapters.mail.mx import Exchangers
from adapters.mail.reachability import MailReach, registered
from adapters.settings.settings import Settings
from dunning.records.accounts import Account, Contact, Service
from tests.adapters.dns_server import Names, Records, names

RECORDS: Records = {
    ("bakery.example.", "MX"): ("20 backup.elsewhere.example.", "10 MX1.Hosting.example.", "10 mx2.hosting.example."),
    ("mx1.hosting.example.", "A"): ("192.0.2.7",),
    ("mx1.hosting.example.", "AAAA"): ("2001:db8::7",),
    ("mx2.hosting.example.", "A"): ("192.0.2.8",),
    ("bare.example.", "A"): ("192.0.2.7",),
    ("mute.example.", "MX"): ("0 .",),
    ("own.example.", "MX"): ("0 mail.own.example.",),
    ("mail.own.example.", "A"): ("192.0.2.7",),
    ("elsewhere.example.", "MX"): ("5 mx.free.example.",),
    ("mx.free.example.", "A"): ("198.51.100.1",),
}


def asking(server: Names, seconds: float = 5.0) -> Exchangers:
    return Exchangers(seconds, [f"127.0.0.1:{server.port}"])


def account(*emails: str) -> Account:
    return Account(
        id="a",
        name="A",
        contacts=tuple(Contact(account="a", email=email, rank=rank) for rank, email in enumerate(emails)),
        services=(Service(id="s", account="a", user="u", domain="other.example"),),
    )


@pytest.mark.parametrize(
    ("domain", "hosts"),
    [
        (
            "bakery.example",
            ["192.0.2.7", "192.0.2.8", "2001:db8::7", "mx1.hosting.example", "mx2.hosting.example"],
        ),
        ("bare.example", ["192.0.2.7", "bare.example"]),
        ("mute.example", []),
        ("nobody.example", ["nobody.example"]),
        ("[192.0.2.9]", ["192.0.2.9"]),
        ("[ipv6:2001:db8::9]", ["2001:db8::9"]),
        ("[nonsense]", ["[nonsense]"]),
        ("a..b", []),
        (f"{'x' * 70}.example", []),
    ],
    ids=["best", "none: itself", "null", "unknown name", "address", "ipv6", "no address", "empty label", "long label"],
)
async def test_the_exchangers_that_mail_goes_to_first_with_their_addresses(domain: str, hosts: list[str]):
    async with names(RECORDS) as server:
        assert sorted(await asking(server).of(domain)) == hosts


async def test_a_name_server_that_is_silent_makes_nobody_wait():
    async with names(RECORDS, silent=True) as server:
        began = time.monotonic()
        assert await asking(server, 0.2).of("bakery.example") == ()
        assert time.monotonic() - began < 2


async def test_a_name_server_that_is_not_there_makes_nobody_wait():
    async with names(RECORDS) as server:
        port = server.port
    assert await Exchangers(0.2, [f"127.0.0.1:{port}"]).of("bakery.example") == ()


@pytest.mark.req("S3-21", "S3-22")
@pytest.mark.parametrize("ours", ["mx2.hosting.example", "192.0.2.8", "2001:DB8::7"])
async def test_a_contact_whose_mail_comes_to_our_servers_is_inside(ours: str):
    async with names(RECORDS) as server:
        found = await MailReach([ours], asking(server)).inside(account("b@bakery.example", "b@elsewhere.example"))
    assert [contact.email for contact in found] == ["b@bakery.example"]


@pytest.mark.req("S3-21")
async def test_without_the_dns_the_names_decide():
    async with names(RECORDS, silent=True) as server:
        reached = MailReach(["192.0.2.7"], asking(server, 0.1))
        found = await reached.inside(account("b@bakery.example", "b@other.example"))
    assert [contact.email for contact in found] == ["b@other.example"]


async def test_each_domain_is_asked_once_and_none_where_nothing_is_hosted():
    async with names(RECORDS) as server:
        reached = MailReach(["192.0.2.7"], asking(server))
        await asyncio.gather(reached.inside(account("a@bare.example", "b@bare.example")))
        assert server.asked.count(("bare.example.", "MX")) == 1
        server.asked.clear()
        assert await reached.inside(account("a@bare.example").model_copy(update={"services": ()})) == ()
        assert server.asked == []


async def test_by_default_nothing_is_asked():
    reached = reach.reach_from(Settings())
    assert reached._exchangers is None
    assert await reached.inside(account("b@other.example")) == account("b@other.example").contacts


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("www.bakery.example", "bakery.example"),
        ("shop.foo.co.uk", "foo.co.uk"),
        ("foo.co.uk", "foo.co.uk"),
        ("co.uk", "co.uk"),
        ("localhost", "localhost"),
        ("a.kennel.blogspot.com", "kennel.blogspot.com"),
    ],
)
def test_the_registered_part_of_a_name(name: str, part: str):
    assert registered(name) == part
