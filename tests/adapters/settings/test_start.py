"""A slip in the settings is one sentence when a program starts, and never a traceback or a fault at night."""

import json
from pathlib import Path

import pytest

from adapters.settings import start
from adapters.settings.settings import Settings
from adapters.settings.start import WrongSettingsError

ENDLESS = "[" * 5_000
LISTS = [name for name, field in Settings.model_fields.items() if "tuple" in str(field.annotation)]
WHM = {"kind": "whm", "url": "https://cp1.hosting.example:2087", "user": "root", "secret": "a-token"}


@pytest.fixture(autouse=True)
def nothing_else(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "empty.toml").write_text("")
    monkeypatch.setenv("REPRIEVE_CONFIG", str(tmp_path / "empty.toml"))


def wrong(monkeypatch: pytest.MonkeyPatch, **given: str) -> str:
    """The one sentence that is said, without the name of its setting if that is the first that was given."""
    for name, value in given.items():
        monkeypatch.setenv(f"REPRIEVE_{name.upper()}", value)
    with pytest.raises(WrongSettingsError) as refused:
        start.read()
    (line,) = str(refused.value).splitlines()
    assert line.isprintable()
    return line.removeprefix(f"setting REPRIEVE_{next(iter(given)).upper()}: ")


ADDRESSES = ("stripe_url", "paypal_url", "portal_url", "pay_url", "client_url", "domain_help_url", "codec_origin")
NO_ADDRESSES = (
    "pay.hosting.example",
    "http://",
    "http://[",
    "http://[::1",
    "https://pay.hosting.example:port",
    "https://pay.hosting.example:99999",
    "https://pay.hosting.example:0",
    "https://pay hosting.example",
    "https://pay..hosting.example",
    "https://<your portal>",
    "ftp://pay.hosting.example",
    "javascript:alert(1)",
    "https://pay.hosting.example\nX: y",
    "https://\u202epay.hosting.example",
    "https://ann:secret@pay.hosting.example",
)


@pytest.mark.parametrize("name", ADDRESSES)
@pytest.mark.parametrize("value", NO_ADDRESSES)
def test_what_is_no_address_of_the_web(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    said = wrong(monkeypatch, **{name: value})
    assert said in ("it has to be a whole address, like https://pay.hosting.example", "it may hold no login")


@pytest.mark.parametrize("name", ["mail_from", "mail_reply_to", "mail_bounces"])
@pytest.mark.parametrize("value", [" ", "billing", "a@", "@b", "a@b@c", "Us <a@b.example>", "a@b.example\r\nBcc: c@d"])
def test_what_is_no_mail_address(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    assert wrong(monkeypatch, **{name: value}).startswith("it has to be one mail address and nothing else")


@pytest.mark.parametrize("name", ["smtp_host", "mail_in_host", "portal_host", "health_host"])
@pytest.mark.parametrize(
    "value", ["", " ", "a b", "mail:25", "http://mail", "<host>", "..", "999.1.1.1", "a\nb", "9" * 5_000, "[::1]"]
)
def test_what_is_no_machine(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    assert wrong(monkeypatch, **{name: value}).startswith("it has to be the name of a machine")


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("smtp_port", "0", "must be more than 0"),
        ("portal_port", "70000", "must be at most 65535"),
        ("mail_in_port", "9223372036854775808", "must be at most 65535"),
        ("health_port", "65536", "must be at most 65535"),
        ("outage_seconds", "inf", "must be at most 86400"),
        ("graceful_seconds", "1e308", "must be at most 86400"),
        ("call_seconds", "1e400", "must be at most 3600"),
        ("sticky_seconds", "99999999999999999999", "must be at most 3600"),
        ("breaker_hours", "1e300", "must be at most 3600"),
        ("portal_link_presses", "99999999999999999999", "must be at most 1000000000"),
        ("mail_in_bytes", "99999999999999999999", "must be at most 1073741824"),
        ("keep_mails_days", "99999999999", "it has to be 36500 days or fewer"),
        ("charges_per_second", "inf", "must be at most 1000000000"),
        ("task_queue", "", "write 1 to 64 letters"),
        ("task_queue", "a b", "write 1 to 64 letters"),
        ("policies", "/no/such/folder", "there is no such folder"),
        ("notices", "", "there is no such folder"),
        ("notices", "/etc", "there is no folder common in it"),
        ("mail_relays", '["0.0.0.0/0"]', "it would be every machine"),
        ("portal_proxies", '["::/0"]', "it would be every machine"),
        ("probe_networks", '["0.0.0.0/0"]', "it would be every machine"),
        ("company", "", "it has to be words in one line"),
        ("company", "Acme\r\nBcc: everybody@hosting.example", "it has to be words in one line"),
        ("legal", "Acme\x1b[2J", "it holds a character that nobody sees"),
        ("logo", "/no/such\n\x1b[2Jfile", r"/no/such\n\x1b[2Jfile cannot be read"),
        ("stripe_key", "<your key>", "it has to be a secret or restricted key"),
        ("stripe_key", "", "it has to be a secret or restricted key"),
        ("stripe_key", "pk_live_4eC39HqLyjWDarjtT1zdp7dc", "it has to be a secret or restricted key"),
        ("stripe_key", "sk_test_your_key", "it is still as a manual writes it"),
        ("paypal_client", "<client id>", "it has to be one word"),
        ("dns_servers", '["999.1.1.1"]', "write an address like 192.0.2.1"),
        ("dns_servers", '["192.0.2.1:99999"]', "write an address like 192.0.2.1"),
        ("mail_hosts", '["mx hosting"]', "it has to be the name of a machine"),
        ("reply_to", '{"Service Suspended": "abuse"}', "it has to be one mail address"),
        ("hold_contacts", '{"abuse": {"write_to": "abuse"}}', "it has to be one mail address"),
        ("hold_contacts", '{"abuse": {"write_to": "a@b.example", "read": "javascript:1"}}', "it has to be a whole"),
        ("panels", '{"a\\nb": 1}', "must be a table"),
        ("panels", json.dumps({"cp1": {**WHM, "secret": "a\r\nX: y"}}), "whm needs a user and a secret, in plain"),
        ("panels", json.dumps({"cp1": {**WHM, "url": "https://cp1:port/"}}), "it has to be a whole address"),
        ("panels", json.dumps({"cp1": {**WHM, "ca_file": "/etc/hostname"}}), "there are no certificates in that file"),
        ("paypal_ca_file", "/no/such/file", "there are no certificates in that file"),
        ("store_url", "postgresql://127.0.0.1:port/x", "it cannot be read; write sqlite"),
        ("config", "/no/such/reprieve.toml", "there is no such file"),
        ("link_secret", "[]", "there is none of that name; is REPRIEVE_LINK_SECRETS meant?"),
        ("smtp_hots", "mail", "there is none of that name; is REPRIEVE_SMTP_HOST meant?"),
    ],
)  # fmt: skip
def test_what_else_cannot_be_used(monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str) -> None:
    assert words in wrong(monkeypatch, **{name: value})


@pytest.mark.parametrize("name", LISTS)
def test_brackets_without_end(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    assert wrong(monkeypatch, **{name: ENDLESS}) == "one of the settings has brackets in brackets without end"


@pytest.mark.parametrize("content", [b"= 3", b"\xff\xfe", b"a = " + ENDLESS.encode(), b"a = " + b"9" * 5_000])
def test_a_file_that_is_no_toml(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "reprieve.toml").write_bytes(content)
    said = wrong(monkeypatch, config=str(tmp_path / "reprieve.toml"))
    assert "the settings file (REPRIEVE_CONFIG or reprieve.toml)" in said or "brackets without end" in said


def test_a_folder_in_the_place_of_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert wrong(monkeypatch, config=str(tmp_path)) == "there is no such file"


STRIPE = "https://api.stripe.com"
LIVE = "sk_live_4eC39HqLyjWDarjtT1zdp7dc"


@pytest.mark.parametrize(
    ("given", "name", "words"),
    [
        ({"stripe_url": STRIPE}, "stripe_key", "this one is the sandbox's"),
        ({"stripe_key": LIVE}, "stripe_url", "a live key goes to https://api.stripe.com"),
        ({"stripe_key": "sk_test_4eC39HqL", "stripe_url": "http://gate.example"}, "stripe_url", "over https:// only"),
        ({"paypal_client": "AQkqu"}, "paypal_secret", "either both or none"),
        ({"paypal_secret": "EGnHD"}, "paypal_client", "either both or none"),
        ({"paypal_webhook": "WH-1"}, "paypal_webhook", "without REPRIEVE_PAYPAL_CLIENT"),
        ({"smtp_username": "us"}, "smtp_password", "either both or none"),
        ({"smtp_password": "x"}, "smtp_username", "either both or none"),
        ({"mail_bounces": "Billing@hosting.example"}, "mail_bounces", "for undeliverable mail alone"),
        ({"mail_bounces": "undeliverable-mail@hosting.example"}, "mail_bounces", "may have 14 characters"),
        ({"codec_token": "8f2c61d09ab745e3bd10c4f7a9e25613"}, "codec_token", "without REPRIEVE_CODEC_KEYS"),
        ({"codec_origin": "https://temporal.example"}, "codec_origin", "without REPRIEVE_CODEC_TOKEN"),
    ],
)
def test_settings_that_contradict_each_other(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], name: str, words: str
) -> None:
    said = wrong(monkeypatch, **given)
    assert words in said
    assert name == next(iter(given)) or said.startswith(f"setting REPRIEVE_{name.upper()}: ")


@pytest.mark.parametrize("address", ["http://[", "temporal:port", "a b", "[::1", "temporal:99999", "te\nmporal:7233"])
def test_an_address_of_temporal_that_is_none(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", address)
    said = "setting TEMPORAL_ADDRESS: it has to be a host and a port, like temporal.hosting.example:7233"
    assert wrong(monkeypatch, link_days="1") == said


def test_several_slips_are_a_line_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPRIEVE_SMTP_PORT", "mail")
    monkeypatch.setenv("REPRIEVE_MAIL_FROM", "us")
    with pytest.raises(WrongSettingsError) as refused:
        start.read()
    first, second = str(refused.value).splitlines()
    assert first.startswith("setting REPRIEVE_SMTP_PORT: ")
    assert second.startswith("setting REPRIEVE_MAIL_FROM: ")


def test_what_is_good_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    good = {
        "stripe_url": STRIPE,
        "stripe_key": LIVE,
        "portal_url": "https://pay.hosting.example/of/ours",
        "client_url": "https://hosting.example/login?to=invoices#top",
        "domain_help_url": "",
        "smtp_host": "mail_server.internal.",
        "portal_host": "::",
        "mail_bounces": "bounces@hosting.example",
        "dns_servers": '["192.0.2.1", "192.0.2.1:5353", "[2001:db8::1]:53"]',
        "company": "Müller & Söhne \u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        "legal": "One Ltd\n1 High Street",
        "smtp_username": "",
        "panels": json.dumps({"cp1": WHM}),
        "codec_keys": '["3f9a1c77e2b84d60a5c8f1e02b6d9a47c1e8f3b05d7a29643f9a1c77e2b84d60"]',
        "codec_token": "8f2c61d09ab745e3bd10c4f7a9e25613",
        "codec_origin": "https://temporal.hosting.example:8233",
    }
    for name, value in good.items():
        monkeypatch.setenv(f"REPRIEVE_{name.upper()}", value)
    monkeypatch.setenv("TEMPORAL_ADDRESS", "[::1]:7233")
    monkeypatch.setenv("REPRIEVE_DB_PASSWORD", "of the compose file")
    assert start.read().portal_url == good["portal_url"]
