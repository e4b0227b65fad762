"""`hold` and `lift`: reasons other than money, each on its own (S2-16, S2-17)."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from standardwebhooks import Webhook
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from adapters.ring import Ring
from adapters.sites.tokens import SiteLinks, webhook_secret
from cli.shell.options import now
from dunning.holds import Hold
from dunning.level import Level
from dunning.names import notice_workflow_id, workflow_id
from dunning.notices.hold_notice import hold_notice
from portal.http.server import serving
from sandbox.stage.stage import Stage
from tests.cli.command import Operate, in_days, lines, row

WHO = ("--by", "Ann", "--reason", "a test")


async def opened(operate: Operate, number: str, user: str, **more: Any) -> str:
    """Open a case, and give its account."""
    asked = row(number, services=[{"user": user}], **more)
    assert (await operate("start", "-", stdin=lines(asked))).status == 0
    return asked["account"]


async def at_panel(a_stage: Stage, user: str) -> tuple[str, str]:
    books = await a_stage.companies.panel.books()
    return next(((each.level, each.tag) for each in books.services if each.user == user), ("active", ""))


async def held(operate: Operate, *words: str) -> tuple[str, str, list[str]]:
    said = await operate(*words, *missing(words), "--json")
    assert (said.status, said.err) == (0, "")
    return said.json["outcome"], said.json["level"], [hold["source"] for hold in said.json["holds"]]


def missing(words: tuple[str, ...]) -> tuple[str, ...]:
    """Whoever places a hold says who and why, and so does whoever lifts it."""
    if words[0] == "lift":
        return WHO
    if words[0] != "hold":
        return ()
    return ("--by", "Ann", "--yes", *(() if "--reason" in words else ("--reason", "a test")))


@pytest.mark.req("S2-16")
async def test_each_kind_is_a_hold_of_its_own_with_its_own_reason(a_stage: Stage, operate: Operate):
    account = await opened(operate, "HOLD-1", "hold1")
    assert await held(operate, "hold", account, "--kind", "abuse", "--reason", "phishing") == (
        "hold abuse placed",
        "suspended",
        ["abuse"],
    )
    assert await at_panel(a_stage, "hold1") == ("suspended", "hold:abuse")
    assert await held(operate, "hold", account, "--kind", "dmca", "--level", "locked") == (
        "hold dmca placed",
        "suspended",
        ["abuse", "dmca"],
    )
    assert await held(operate, "lift", account, "--kind", "abuse") == ("hold abuse lifted", "locked", ["dmca"])
    assert await at_panel(a_stage, "hold1") == ("locked", "hold:dmca")
    said = await operate("lift", account, "--kind", "dmca", *WHO)
    assert said.out == f"{account}: hold dmca lifted; no hold is left\n"
    assert (await at_panel(a_stage, "hold1"))[0] == "active"


@pytest.mark.req("S2-16")
async def test_a_hold_may_name_one_service_and_is_lifted_by_that_name(a_stage: Stage, operate: Operate):
    asked = row("HOLD-20", services=[{"user": "hold20"}, {"user": "hold20b", "domain": "blog.example"}])
    assert (await operate("start", "-", stdin=lines(asked))).status == 0
    account, blog = asked["account"], "sandbox:hold20b:website"
    said = await operate("hold", account, "--kind", "abuse", "--service", blog, "--silent", *WHO)
    assert said.out == (
        f"{account}: hold abuse on {blog} placed; the strictest asks for suspended; "
        f"holds: abuse on {blog} (suspended)\n"
    )
    assert [await at_panel(a_stage, user) for user in ("hold20", "hold20b")] == [
        ("active", ""),
        ("suspended", "hold:abuse"),
    ]
    assert f"abuse on {blog}: suspended since" in (await operate("why", account)).out
    assert await held(operate, "lift", account, "--kind", "abuse") == (
        "there was no hold abuse",
        "suspended",
        ["abuse"],
    )
    assert await held(operate, "lift", account, "--kind", "abuse", "--service", blog) == (
        f"hold abuse on {blog} lifted", "active", [],
    )  # fmt: skip
    assert (await at_panel(a_stage, "hold20b"))[0] == "active"
    for command in ("hold", "lift"):
        empty = await operate(command, account, "--kind", "abuse", "--service", "", *WHO)
        assert (empty.status, empty.out) == (2, "")
        assert "it is empty; leave the option out if all are meant" in empty.err
        wrong = await operate(command, account, "--kind", "abuse", "--service", "sandbox:typo:website", *WHO)
        assert (wrong.status, wrong.out) == (2, "")
        assert wrong.err.startswith(
            f"starter: --service: account {account!r} has no service 'sandbox:typo:website'; it has "
        )


async def test_a_hold_on_several_services_asks_first_and_every_hold_says_who_and_why(a_stage: Stage, operate: Operate):
    asked = row("HOLD-21", services=[{"user": "hold21"}, {"user": "hold21b"}])
    assert (await operate("start", "-", stdin=lines(asked))).status == 0
    words = ("hold", asked["account"], "--kind", "abuse", "--silent", *WHO)
    said = await operate(*words)
    assert (said.status, said.out) == (2, "")
    both = "sandbox:hold21:website, sandbox:hold21b:website"
    assert f"--yes: 2 services become suspended: {both}; nobody can be asked here" in said.err
    wrong = await operate(*words, stdin="\n", typed=True)
    assert (wrong.status, "2 was not typed: nothing was done" in wrong.err) == (2, True)
    assert await a_stage.store.holds(asked["account"]) == ()
    assert (await operate(*words, stdin="2\n", typed=True)).status == 0
    (placed,) = await a_stage.store.holds(asked["account"])
    assert (placed.by, placed.note) == ("Ann", "a test")
    for lacks in (("--by", " ", "--reason", "x"), ("--by", "Ann", "--reason", "")):
        nobody = await operate("hold", asked["account"], "--kind", "tos", *lacks, "--yes")
        assert (nobody.status, "it must not be empty" in nobody.err) == (2, True)


@pytest.mark.req("S2-16")
async def test_lift_leaves_the_hold_of_an_unpaid_invoice(a_stage: Stage, operate: Operate):
    account = await opened(operate, "HOLD-2", "hold2")
    unpaid = Hold(account=account, source="HOLD-2", level=Level.SUSPENDED, since=now(), note="non-payment")
    await a_stage.store.place_hold(unpaid)
    await held(operate, "hold", account, "--kind", "tos")
    said = await operate("lift", account, "--kind", "tos", *WHO)
    assert said.out == f"{account}: hold tos lifted; the strictest asks for suspended; holds: HOLD-2 (suspended)\n"
    assert (await at_panel(a_stage, "hold2"))[0] == "suspended"


@pytest.mark.req("S2-17")
@pytest.mark.promise(6)
async def test_payment_does_not_lift_it(a_stage: Stage, operate: Operate):
    account = await opened(operate, "HOLD-3", "hold3")
    await held(operate, "hold", account, "--kind", "abuse")
    # Due three days ago and charged at once: paid after its due date, so everything of the account is looked at.
    payer = await a_stage.companies.payments.customer(account)
    late = {"policy": "courtesy-5-10-35", "due": str(in_days(-3)), "payer": payer, "emails": ["hold3@bakery.example"]}
    assert await opened(operate, "HOLD-3B", "hold3", **late | {"account": account}) == account
    handle = (await a_stage.connect()).get_workflow_handle(workflow_id("HOLD-3B"))
    assert await handle.result() == "paid"
    assert await at_panel(a_stage, "hold3") == ("suspended", "hold:abuse")
    receipt = dict(await notices(a_stage, "hold3@bakery.example"))["Payment Confirmation"]
    assert "Your services stay restricted because of a report of abuse, which no payment ends." in receipt
    assert "Write to abuse@hosting.example or read https://hosting.example/abuse-faq." in receipt
    said = await operate("show", "HOLD-3B", "--json")
    assert (said.json["state"], said.json["remaining_holds"]) == ("paid", ["abuse"])


async def notices(a_stage: Stage, address: str) -> list[tuple[str, str]]:
    books = await a_stage.companies.mail.books()
    return [(mail.subject, " ".join(mail.text.split())) for mail in books.to(address)]


async def until_notices(a_stage: Stage, address: str, many: int) -> list[tuple[str, str]]:
    async with asyncio.timeout(20):
        while True:
            found = await notices(a_stage, address)
            if len(found) >= many:
                return found
            await asyncio.sleep(0.05)


@pytest.mark.req("S2-17", "S1-21", "S4-03")
async def test_the_customer_is_told_once_which_hold_it_is_and_where_to_write(a_stage: Stage, operate: Operate):
    account = await opened(operate, "HOLD-6", "hold6", emails=["hold6@bakery.example"])
    await a_stage.companies.mail.script("hold6@bakery.example", "defer:451")
    await held(operate, "hold", account, "--kind", "abuse", "--level", "warned", "--reason", "seen by staff only")
    await until_notices(a_stage, "hold6@bakery.example", 1)
    for _ in range(2):
        await held(operate, "hold", account, "--kind", "abuse", "--reason", "seen by staff only")
    found = await until_notices(a_stage, "hold6@bakery.example", 2)
    assert [subject for subject, _ in found] == ["Service Warning: Abuse report", "Service Suspended: Abuse report"]
    assert "Write to abuse@hosting.example or read https://hosting.example/abuse-faq." in found[1][1]
    assert "seen by staff only" not in found[1][1]
    kept = {copy.content.subject: copy.status for copy in await a_stage.store.notices("") if copy.account == account}
    assert kept == dict.fromkeys(kept, "delivered")
    assert set(kept) == {"Service Warning: Abuse report", "Service Suspended: Abuse report"}


async def test_a_hold_is_loosened_only_by_who_means_it(a_stage: Stage, operate: Operate):
    account = await opened(operate, "HOLD-L", "holdl", emails=["holdl@bakery.example"])
    words = ("hold", account, "--kind", "abuse", "--by", "Ann", "--silent")
    assert (await operate(*words, "--reason", "phishing")).status == 0
    said = await operate(*words, "--level", "warned", "--reason", "a look")
    assert (said.status, "(suspended, placed by Ann: phishing) is loosened to warned" in said.err) == (2, True)
    assert [each.level for each in await a_stage.store.holds(account)] == [Level.SUSPENDED]
    assert (await operate(*words, "--level", "warned", "--reason", "mended", "--yes")).status == 0
    shown = (await operate("account", "show", account)).out
    assert "  abuse on all services: warned since " in shown
    assert "Ann: hold abuse (suspended, placed by Ann: phishing) loosened to warned (mended)" in shown


async def test_a_silent_hold_writes_to_nobody(a_stage: Stage, operate: Operate):
    account = await opened(operate, "HOLD-7", "hold7", emails=["hold7@bakery.example"])
    await held(operate, "hold", account, "--kind", "abuse", "--silent")
    await held(operate, "hold", account, "--kind", "tos")
    found = await until_notices(a_stage, "hold7@bakery.example", 1)
    assert [subject for subject, _ in found] == ["Service Suspended: Terms of service"]


async def test_a_notice_that_nobody_takes_becomes_work_for_a_person(a_stage: Stage, operate: Operate):
    account = await opened(operate, "HOLD-8", "hold8")
    await held(operate, "hold", account, "--kind", "dmca")
    (placed,) = await a_stage.store.holds(account)
    notice = hold_notice(placed, await a_stage.store.account(account), now()).step
    handle = (await a_stage.connect()).get_workflow_handle(notice_workflow_id(notice))
    async with asyncio.timeout(20):
        assert (await handle.result())["kind"] == "undelivered"
    assert [ticket.subject for ticket in await a_stage.store.tickets(account)] == [
        "Nobody could be reached: Service Suspended: Copyright notice (DMCA)"
    ]


async def test_without_temporal_the_hold_is_placed_and_the_next_run_writes(
    a_stage: Stage, operate: Operate, monkeypatch: pytest.MonkeyPatch
):
    account = await opened(operate, "HOLD-9", "hold9", emails=["hold9@bakery.example"])
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    monkeypatch.setenv("REPRIEVE_OUTAGE_SECONDS", "0.5")
    said = await operate("hold", account, "--kind", "abuse", *WHO)
    assert (said.status, said.out) == (1, "")
    assert "the services are restricted, but the customer was not written to" in said.err
    assert await at_panel(a_stage, "hold9") == ("suspended", "hold:abuse")
    monkeypatch.setenv("TEMPORAL_ADDRESS", a_stage.env["TEMPORAL_ADDRESS"])
    monkeypatch.setenv("REPRIEVE_OUTAGE_SECONDS", "10")
    await held(operate, "hold", account, "--kind", "abuse")
    assert len(await until_notices(a_stage, "hold9@bakery.example", 1)) == 1


@asynccontextmanager
async def a_site(a_stage: Stage, user: str) -> AsyncGenerator[tuple[str, list[str]]]:
    """Give the address of a site's software that takes signed news, and the levels that it hears."""
    secret, heard = webhook_secret(a_stage.env["REPRIEVE_SITE_WEBHOOK_SECRET"], f"sandbox:{user}:website"), list[str]()

    async def take(request: Request) -> Response:
        heard.append(Webhook(secret).verify(await request.body(), dict(request.headers))["data"]["level"])
        return Response(status_code=204)

    async with serving(Starlette(routes=[Route("/news", take, methods=["POST"])]), "127.0.0.1", 0) as port:
        yield f"http://127.0.0.1:{port}/news", heard


@pytest.mark.req("S2-16", "S4-04", "S4-08")
async def test_a_site_hears_of_a_hold_and_of_its_end(a_stage: Stage, operate: Operate):
    async with a_site(a_stage, "hold11") as (url, heard):
        asked = row("HOLD-11", services=[{"user": "hold11", "site": url}])
        assert (await operate("start", "-", stdin=lines(asked))).status == 0
        account = asked["account"]
        for level in ("warned", "locked", "suspended"):
            await held(operate, "hold", account, "--kind", "tos", "--level", level, "--silent")
        await held(operate, "lift", account, "--kind", "tos")
    assert heard == ["warned", "locked", "suspended", "active"]
    said = await operate("hold", account, "--kind", "tos", "--level", "locked", "--silent", *WHO)
    assert (said.status, "the site of service sandbox:hold11:website did not take the news" in said.err) == (1, True)
    assert (await held(operate, "hold", account, "--kind", "tos", "--silent"))[1] == "suspended", "the panel does that"


@pytest.mark.req("S4-15")
async def test_site_shows_what_a_sites_software_needs(
    a_stage: Stage, operate: Operate, monkeypatch: pytest.MonkeyPatch
):
    await opened(operate, "HOLD-10", "hold10")
    service, base = "sandbox:hold10:website", f"{a_stage.portal_url}/sites/sandbox%3Ahold10%3Awebsite"
    said = await operate("site", service, "--json")
    assert (said.json["state_url"], said.json["suspended_url"]) == (f"{base}/state", f"{base}/suspended")
    links = SiteLinks(Ring(json.loads(a_stage.env["REPRIEVE_LINK_SECRETS"])), a_stage.portal_url)
    assert links.valid(service, said.json["token"])
    assert said.json["webhook_secret"] == webhook_secret(a_stage.env["REPRIEVE_SITE_WEBHOOK_SECRET"], service)
    assert said.json["token"] in (await operate("site", service)).out
    unknown = await operate("site", "sandbox:nobody:website")
    assert (unknown.status, "no account has a service 'sandbox:nobody:website'" in unknown.err) == (2, True)
    monkeypatch.setenv("REPRIEVE_LINK_SECRETS", "[]")
    off = await operate("site", service)
    assert (off.status, "set REPRIEVE_LINK_SECRETS" in off.err) == (2, True)


async def test_both_are_safe_to_repeat(a_stage: Stage, operate: Operate):
    account = await opened(operate, "HOLD-4", "hold4")
    for _ in range(2):
        assert (await held(operate, "hold", account, "--kind", "manual"))[1:] == ("suspended", ["manual"])
    since = (await a_stage.store.holds(account))[0].since
    await held(operate, "hold", account, "--kind", "manual", "--level", "warned")
    assert [(hold.level, hold.since) for hold in await a_stage.store.holds(account)] == [("warned", since)]
    assert (await held(operate, "lift", account, "--kind", "manual"))[0] == "hold manual lifted"
    assert (await held(operate, "lift", account, "--kind", "manual"))[0] == "there was no hold manual"
    loosened, lifted = await a_stage.store.account_changes(account)
    assert loosened.what == ("hold manual (suspended, placed by Ann: a test) loosened to warned",)
    assert (lifted.by, lifted.reason) == WHO[1::2]
    assert lifted.what == ("hold manual (warned, placed by Ann: a test) lifted",)
    assert lifted.what[0] in (await operate("account", "show", account)).out


async def test_a_panel_that_does_not_obey_is_told_and_the_next_run_mends_it(a_stage: Stage, operate: Operate):
    account = await opened(operate, "HOLD-5", "hold5")
    await a_stage.companies.panel.script("hold5", "lie")
    said = await operate("hold", account, "--kind", "abuse", *WHO)
    assert (said.status, said.out) == (1, "")
    assert "the holds are written down, but the services are not there yet" in said.err
    assert "safe to repeat" in said.err
    assert (await held(operate, "hold", account, "--kind", "abuse"))[1] == "suspended"
    await a_stage.companies.panel.script("hold5", "500")
    assert (await operate("lift", account, "--kind", "abuse", *WHO)).status == 1
    assert (await held(operate, "lift", account, "--kind", "abuse"))[0] == "there was no hold abuse"
    assert (await at_panel(a_stage, "hold5"))[0] == "active"


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("hold", "HOLD-NOBODY", "--kind", "tos", *WHO), "HOLD-NOBODY: there is no such account"),
        (("lift", "HOLD-NOBODY", "--kind", "tos", *WHO), "HOLD-NOBODY: there is no such account"),
        (("hold", "HOLD-1", "--kind", "bad-mood"), 'Choose from: "abuse", "dmca", "tos", "manual"'),
        (("hold", "HOLD-1", "--kind", "tos", "--level", "deleted"), 'Choose from: "warned", "locked", "suspended"'),
        (("hold", "HOLD-1"), "hold: --kind is missing"),
        (("hold", "HOLD-1", "--kind", "tos"), "hold: --by is missing"),
        (("hold", "HOLD-1", "--kind", "tos", "--by", "Ann"), "hold: --reason is missing"),
    ],
)
async def test_bad_input_is_refused(operate: Operate, words: tuple[str, ...], text: str):
    said = await operate(*words)
    assert (said.status, said.out) == (2, "")
    assert text in said.err


async def test_a_store_that_cannot_be_used_is_named(operate: Operate, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("REPRIEVE_STORE_URL", "mysql://x")
    said = await operate("hold", "a", "--kind", "tos", *WHO)
    assert (said.status, "setting REPRIEVE_STORE_URL: mysql://x is not a store" in said.err) == (2, True)
    monkeypatch.setenv("REPRIEVE_STORE_URL", "secret")
    said = await operate("hold", "a", "--kind", "tos", *WHO)
    assert (said.status, "setting REPRIEVE_STORE_URL: it cannot be read; write sqlite" in said.err) == (2, True)
    assert "secret" not in said.err
    monkeypatch.setenv("REPRIEVE_STORE_URL", "postgresql+psycopg://x@127.0.0.1:1/none")
    monkeypatch.setenv("REPRIEVE_OUTAGE_SECONDS", "0.5")  # it never comes
    said = await operate("hold", "a", "--kind", "tos", *WHO)
    assert (said.status, "the store does not work" in said.err) == (1, True)
    assert "Traceback" not in said.err
