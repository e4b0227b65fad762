"""Addresses that nobody is sent to, in every way in which they can be written or hidden in others."""

from ipaddress import IPv4Address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunning.services.networks import refused, refused_url

LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
INNER = (
    ("127.0.0.1", "loopback"),
    ("127.255.255.254", "loopback"),
    ("0.0.0.0", "unspecified"),
    ("0.1.2.3", "unspecified"),
    ("10.0.0.1", "private"),
    ("172.31.255.255", "private"),
    ("192.168.1.1", "private"),
    ("169.254.1.1", "link-local"),
    ("169.254.169.254", "metadata of a cloud"),
    ("168.63.129.16", "metadata of a cloud"),
    ("100.64.0.1", "shared by a provider's customers"),
    ("100.127.255.255", "shared by a provider's customers"),
    ("224.0.0.1", "multicast"),
    ("255.255.255.255", "reserved"),
    ("192.0.0.192", "reserved"),
    ("192.0.2.7", "for documents and tests"),
    ("198.19.0.1", "for documents and tests"),
)


@pytest.mark.parametrize(("address", "kind"), INNER)
@pytest.mark.parametrize("written", ["{}", "::ffff:{}", "64:ff9b::{}"])
def test_what_is_not_public_is_refused_as_it_is_and_hidden_in_an_address_of_ipv6(
    address: str, kind: str, written: str
) -> None:
    assert refused(written.format(address)) == kind


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("::1", "loopback"),
        ("::", "unspecified"),
        ("fe80::1", "link-local"),
        ("fe80::1%1", "link-local"),
        ("fd12::1", "private"),
        ("fec0::1", "private"),
        ("fd00:ec2::254", "metadata of a cloud"),
        ("ff02::1", "multicast"),
        ("2002:7f00:1::", "a tunnel"),
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", "a tunnel"),
        ("64:ff9b:1::a00:1", "private"),
        ("::127.0.0.1", "reserved"),
        ("::ffff:0:127.0.0.1", "reserved"),
        ("100::1", "reserved"),
        ("5f00::1", "reserved"),
        ("2001:db8::1", "for documents and tests"),
    ],
)
def test_addresses_of_ipv6_that_are_not_public(address: str, kind: str) -> None:
    assert refused(address) == kind


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "100.63.255.255", "172.32.0.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8"]
)
def test_public_addresses_are_asked(address: str) -> None:
    assert refused(address) == ""


@given(st.ip_addresses())
def test_whatever_python_takes_for_private_is_refused(address: object) -> None:
    if not getattr(address, "is_global", True) or getattr(address, "is_multicast", False):
        assert refused(str(address))


def test_what_the_operator_allows_is_asked_and_nothing_beside_it() -> None:
    assert refused("127.0.0.1", LOOPBACK) == refused("::1", LOOPBACK) == refused("::ffff:127.0.0.1", LOOPBACK) == ""
    assert refused("10.0.0.1", LOOPBACK) == "private"
    assert refused("169.254.169.254", (ip_network("10.0.0.0/8"),)) == "metadata of a cloud"


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "0X7F.1", "0177.0.0.1",
        "017700000001", "127.0.0.1.", "localhost", "LOCALHOST", "localhost.", "a.localhost", "localhost.localdomain",
        "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "%31%32%37.0.0.1", "\uff11\uff12\uff17.0.0.1",
        "\u2460\u2461\u2466.0.0.1", "127\u30020.0.1", "127.0.0.1:8080",
    ],
)  # fmt: skip
@pytest.mark.parametrize("url", ["http://{}/", "https://{}", "smtp://{}/info@bakery.example"])
def test_odd_writings_of_the_loopback_are_refused_by_name_and_taken_where_it_is_allowed(host: str, url: str) -> None:
    assert refused_url(url.format(host)) == "it is not public (loopback)"
    assert refused_url(url.format(host), LOOPBACK) == ""


@given(st.ip_addresses(v=4, network="127.0.0.0/8"), st.sampled_from(["{0}", "0x{0:x}", "0{0:o}"]))
def test_any_number_that_means_the_loopback_is_refused(address: IPv4Address, kind: str) -> None:
    assert refused_url(f"http://{kind.format(int(address))}/") == "it is not public (loopback)"


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("https://bakery.example/", ""),
        ("https://bakery.example:8443/hook?a=b@c", ""),
        ("https://8.8.8.8/", ""),
        ("https://0x7f.example/", ""),
        ("https://08.0.0.1/", ""),
        ("https://me:secret@bakery.example/", "it holds a login"),
        ("https://bakery.example\\@127.0.0.1/", "it holds a login"),
        ("https:///path", "it names no host"),
        ("https://[::1/", "it is none"),
    ],
)
def test_other_addresses(url: str, why: str) -> None:
    assert refused_url(url) == why
