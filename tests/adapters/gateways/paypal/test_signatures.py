"""Who is believed to be PayPal: only who signs with a certificate from its own host, which its authority signed."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from adapters.gateways.paypal.signatures import HOSTS, NotSignedError, PayPalSignatures
from dunning.ports.outages import OutageError
from sandbox.companies import Sandbox
from sandbox.paypal.books import PayPalBooks
from sandbox.paypal.certificates import Authority
from sandbox.paypal.webhooks import CERTIFICATE, Receiver, Webhooks

BODY = b'{"id": "WH-1"}'
NOW = datetime.now(UTC)
STRANGE = Authority()


def signed(authority: Authority, here: str, body: bytes = BODY, webhook: str = "WH") -> dict[str, str]:
    to = Receiver(url="", webhook=webhook, here=here)
    return {name.lower(): each for name, each in Webhooks(PayPalBooks(), authority).headers("T-1", body, to).items()}


@pytest_asyncio.fixture(loop_scope="session")
async def ours(companies: Sandbox, tmp_path: Path) -> AsyncGenerator[tuple[PayPalSignatures, Authority, str]]:
    """Give a check that believes an authority of this test, whose certificate is already there."""
    authority, here = Authority(), companies.addresses.paypal
    (tmp_path / "root.pem").write_bytes(authority.root_pem())
    made = PayPalSignatures("WH", here, tmp_path / "root.pem", timeout=2)
    made._chains[f"{here}{CERTIFICATE}"] = authority.chain_pem()
    yield made, authority, here
    await made.close()


Ours = tuple[PayPalSignatures, Authority, str]


async def test_what_it_signed_is_believed(ours: Ours) -> None:
    check, authority, here = ours
    await check.check(BODY, signed(authority, here), NOW)


async def test_the_stand_ins_own_certificate_is_fetched_and_believed(companies: Sandbox, tmp_path: Path) -> None:
    here = companies.addresses.paypal
    (tmp_path / "root.pem").write_bytes(await companies.paypal.authority())
    check = PayPalSignatures("WH", here, tmp_path / "root.pem")
    with pytest.raises(NotSignedError, match="does not fit"):
        await check.check(BODY, signed(STRANGE, here), NOW)
    await check.close()


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("paypal-transmission-id", "T-2"),
        ("paypal-transmission-id", ""),
        ("paypal-transmission-time", "yesterday"),
        ("paypal-transmission-time", "2026-11-30T00:00:00"),
        ("paypal-transmission-sig", "AAAA"),
        ("paypal-transmission-sig", "no base64!"),
        ("paypal-auth-algo", "SHA1withRSA"),
        ("paypal-cert-url", ""),
    ],
)
async def test_another_header_is_not(ours: Ours, header: str, value: str) -> None:
    check, authority, here = ours
    with pytest.raises(NotSignedError):
        await check.check(BODY, signed(authority, here) | {header: value}, NOW)


@pytest.mark.parametrize("days", [-5, 5])
async def test_a_time_that_is_days_from_now_is_not(ours: Ours, days: int) -> None:
    check, authority, here = ours
    time = f"{NOW + timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}"
    with pytest.raises(NotSignedError):
        await check.check(BODY, signed(authority, here) | {"paypal-transmission-time": time}, NOW)


async def test_another_body_or_webhook_is_not(ours: Ours) -> None:
    check, authority, here = ours
    with pytest.raises(NotSignedError, match="does not fit"):
        await check.check(b"{}", signed(authority, here), NOW)
    with pytest.raises(NotSignedError, match="REPRIEVE_PAYPAL_WEBHOOK"):
        await check.check(BODY, signed(authority, here, webhook="WH-OTHER"), NOW)


@pytest.mark.parametrize("authority", [STRANGE, Authority("evil.example")], ids=["strange", "strange-name"])
async def test_a_certificate_of_another_authority_is_not(ours: Ours, authority: Authority) -> None:
    check, _, here = ours
    check._chains[f"{here}{CERTIFICATE}"] = authority.chain_pem()
    with pytest.raises(NotSignedError, match=r"none of PayPal's"):
        await check.check(BODY, signed(authority, here), NOW)


async def test_a_certificate_of_another_name_or_time_is_not(companies: Sandbox, tmp_path: Path) -> None:
    here, authority = companies.addresses.paypal, Authority("www.paypal.com")
    (tmp_path / "root.pem").write_bytes(authority.root_pem())
    check = PayPalSignatures("WH", here, tmp_path / "root.pem")
    check._chains[f"{here}{CERTIFICATE}"] = authority.chain_pem()
    with pytest.raises(NotSignedError, match=r"none of PayPal's"):
        await check.check(BODY, signed(authority, here), NOW)
    await check.close()


PLACES = [
    "https://api.paypal.com.evil.example/v1/notifications/certs/C",
    "https://evil.example/v1/notifications/certs/C",
    "https://api.paypal.com@evil.example/v1/notifications/certs/C",
    "https://api.paypal.com:8443/v1/notifications/certs/C",
    "http://api.paypal.com/v1/notifications/certs/C",
    "https://api.paypal.com/v1/other/C",
    "https://api.paypal.com/v1/notifications/certs/../../../redirect",
    "https://api.paypal.com/v1/notifications/certs/%2e%2e/x",
    "https://api.paypal.com/v1/notifications/certs/C?to=evil",
    "https://api.paypal.com\\@evil.example/v1/notifications/certs/C",
    "https://www.paypal.com/v1/notifications/certs/C",
    "https://api.sandbox.paypal.com/v1/notifications/certs/C",
    "https://[broken/v1/notifications/certs/C",
    "//api.paypal.com/v1/notifications/certs/C",
    "file:///v1/notifications/certs/C",
]


@pytest.mark.parametrize("place", PLACES)
async def test_a_certificate_from_anywhere_else_is_never_fetched(place: str) -> None:
    check = PayPalSignatures("WH", "https://api-m.paypal.com")
    check._http = None  # pyright: ignore[reportAttributeAccessIssue] - whoever would call it fails otherwise
    with pytest.raises(NotSignedError):
        await check.check(BODY, signed(STRANGE, "") | {"paypal-cert-url": place}, NOW)


@pytest.mark.parametrize("host", HOSTS)
def test_paypals_own_hosts_are_believed_in_their_own_mode(host: str) -> None:
    own, other = ("api-m.sandbox.paypal.com", "api-m.paypal.com")[:: 1 if "sandbox" in host else -1]
    place = f"https://{host}/v1/notifications/certs/C"
    assert PayPalSignatures("WH", f"https://{own}")._believed(place) == HOSTS[host]
    with pytest.raises(NotSignedError, match="other mode"):
        PayPalSignatures("WH", f"https://{other}")._believed(place)


async def test_a_certificate_that_cannot_be_fetched_is_an_outage(companies: Sandbox) -> None:
    here = companies.addresses.paypal
    check = PayPalSignatures("WH", here)
    with pytest.raises(OutageError, match="HTTP 404"):
        await check.check(BODY, signed(STRANGE, here) | {"paypal-cert-url": f"{here}/v1/notifications/certs/no"}, NOW)
    await check.close()
