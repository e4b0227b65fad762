"""`account show` and `account set`, as typed: what people may change of an account, and who did it and why."""

import asyncio
from typing import Any

import pytest

from cli.shell.options import now
from dunning.names import workflow_id
from dunning.records.mail import NoticeCopy, NoticeText
from sandbox.stage.stage import Stage
from tests.cli.command import Operate, Said, in_days, lines, row
from workflows.invoice import InvoiceDunning

WHO = ("--by", "ana", "--reason", "asked by phone")


async def opened(operate: Operate, number: str, **more: Any) -> str:
    asked = row(number, customer="Bakery", **more)
    assert (await operate("start", "-", stdin=lines(asked))).status == 0
    return asked["account"]


async def change(operate: Operate, account: str, *words: str) -> Said:
    return await operate("account", "set", account, *words, *WHO)


def notice_to(account: str, email: str) -> NoticeCopy:
    content = NoticeText(subject="Invoice", text="Hello", html="<p>Hello</p>", template="t@1")
    return NoticeCopy(id="n", invoice="", account=account, recipient=email, at=now(), content=content)


async def planned(a_stage: Stage, number: str) -> list[str]:
    handle = (await a_stage.connect()).get_workflow_handle_for(InvoiceDunning.run, workflow_id(number))
    case = await handle.query(InvoiceDunning.case)
    return [each.at.isoformat() for each in case.plan.milestones]


async def test_values_change_are_told_and_who_did_it_is_kept(a_stage: Stage, operate: Operate):
    account = await opened(operate, "ACC-1")
    said = await change(operate, account, "--name", "Baker & Sons", "--locale", "de_DE", "--payer", "cus_9")
    assert (said.status, said.err) == (0, "")
    assert said.out.splitlines() == [
        f"{account}: name: Bakery -> Baker & Sons",
        f"{account}: locale: en_US -> de_DE",
        f"{account}: payer: none -> cus_9",
        f"{account}: in lists these keep the name that they were opened with: ACC-1",
        f"{account}: it has no address left that can be written to: notices become tickets",
    ]
    known = await a_stage.store.account(account)
    assert (known.name, known.locale, known.payer, known.zone) == ("Baker & Sons", "de_DE", "cus_9", "")
    shown = (await operate("account", "show", account)).out
    assert "  locale de_DE, zone (each policy has its own)" in shown.splitlines()
    for told in (shown, (await operate("why", account)).out):
        assert (
            "ana: name: Bakery -> Baker & Sons; locale: en_US -> de_DE; payer: none -> cus_9 (asked by phone)" in told
        )
    said = await change(operate, account, "--payer", "")
    assert said.out.splitlines()[0] == f"{account}: payer: cus_9 -> none"
    (first, second) = (await operate("account", "show", account, "--json")).json["changes"]
    assert (first["by"], first["reason"], second["what"]) == ("ana", "asked by phone", ["payer: cus_9 -> none"])


async def test_what_hangs_on_an_account_is_shown_with_it(a_stage: Stage, operate: Operate):
    account = await opened(operate, "ACC-ALL")
    given = ("--amount", "USD 5", "--id", "ACC-ALL-g", *WHO)
    assert (await operate("credits", "add", account, *given)).status == 0
    shown = (await operate("account", "show", account)).out
    assert (
        "\nOpen invoices\n  ACC-ALL\n\nSubscriptions\n  none\n\nHolds\n  none\n\nCredit\n  USD 5.00\n\nChanges\n"
        in shown
    )
    told = (await operate("account", "show", account, "--json")).json
    assert (told["open_invoices"], told["holds"], told["credit"]) == (["ACC-ALL"], [], ["USD 5.00"])
    said = await operate("show", account)
    assert (said.status, said.out) == (2, "")
    assert f"{account}: there is no such invoice, but an account is called so; its open invoices: ACC-ALL" in said.err


async def test_a_new_zone_leaves_planned_dates_and_counts_for_new_invoices(a_stage: Stage, operate: Operate):
    account = await opened(operate, "ACC-2")
    before = await planned(a_stage, "ACC-2")
    said = await change(operate, account, "--zone", "Asia/Tokyo")
    assert said.out.splitlines()[:2] == [
        f"{account}: zone: the policies' own -> Asia/Tokyo",
        f"{account}: the dates that are planned already stay as they are: ACC-2",
    ]
    assert await planned(a_stage, "ACC-2") == before
    await opened(operate, "ACC-2B", account=account)
    await opened(operate, "ACC-2C", account=account, zone="Europe/Berlin")
    hours = {number: (await planned(a_stage, number))[0][10:] for number in ("ACC-2B", "ACC-2C")}
    assert hours == {"ACC-2B": "T00:00:00+00:00", "ACC-2C": hours["ACC-2C"]}
    assert hours["ACC-2C"] != hours["ACC-2B"]
    said = await change(operate, account, "--zone", "")
    assert said.out.splitlines()[0] == f"{account}: zone: Asia/Tokyo -> the policies' own"


async def test_contacts_are_added_removed_ordered_and_written_to_again(a_stage: Stage, operate: Operate):
    account = await opened(operate, "ACC-3", emails=["old@acc-3.example", "owner@acc-3.example"])
    said = await change(
        operate, account, "--add-contact", "new@acc-3.example", "--remove-contact", "OLD@acc-3.example",
        "--contact-order", "new@acc-3.example",
    )  # fmt: skip
    assert said.out.splitlines() == [
        f"{account}: contact old@acc-3.example removed",
        f"{account}: contact new@acc-3.example added",
    ]
    known = await a_stage.store.account(account)
    assert [(each.email, each.rank) for each in known.contacts] == [
        ("new@acc-3.example", 0),
        ("owner@acc-3.example", 1),
    ]
    gone = await change(operate, account, "--remove-contact", "odl@acc-3.example")
    assert (gone.status, gone.out) == (2, "")
    assert "--remove-contact: account 'ACC-3-account' has no contact 'odl@acc-3.example'; it has new@" in gone.err
    await a_stage.store.mark_bounced(notice_to(account, "owner@acc-3.example"), "5.1.1", now())
    assert (await change(operate, account, "--lift-bounce", "owner@acc-3.example")).status == 0
    changes = await a_stage.store.account_changes(account)
    for done in (
        ("--add-contact", "new@acc-3.example", "--remove-contact", "Old@acc-3.example"),
        ("--lift-bounce", "owner@acc-3.example", "--name", (await a_stage.store.account(account)).name),
    ):
        said = await change(operate, account, *done)
        assert said == (0, f"{account}: it is so already\n", ""), said
    assert await a_stage.store.account_changes(account) == changes


async def test_who_is_written_to_next_is_who_was_named_first(a_stage: Stage, operate: Operate):
    account = await opened(operate, "ACC-4", emails=["one@acc-4.example", "two@acc-4.example"])
    assert (await change(operate, account, "--contact-order", "two@acc-4.example")).status == 0
    await opened(operate, "ACC-4B", account=account, due=str(in_days(3)))
    async with asyncio.timeout(20):
        while not (books := await a_stage.companies.mail.books()).to("two@acc-4.example"):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    assert not books.to("one@acc-4.example")


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("--locale", "xx_QQ"), "--locale: 'xx_QQ' is not one; write it like en_US or de_DE"),
        (("--locale", ""), "--locale: '' is not one"),
        (("--zone", "Mars/Base"), "--zone: 'Mars/Base' is not a time zone"),
        (("--brand", "nobody"), "--brand: there is no brand 'nobody' in the settings; brands: none"),
        (("--payer", "a b"), "--payer: "),
        (("--name", " "), "--name: may not be empty"),
        (("--name", "Ba\nker"), "--name: has a control character (U+000A)"),
        (("--add-contact", "ann"), "--add-contact: must be a mail address"),
        ((), "ACC-5-account: name what is to change"),
    ],
)
async def test_what_makes_no_sense_changes_nothing(a_stage: Stage, operate: Operate, words: tuple[str, ...], text: str):
    account = await opened(operate, "ACC-5")
    before = await a_stage.store.account(account)
    said = await change(operate, account, *words)
    assert (said.status, said.out) == (2, "")
    assert text in said.err
    assert await a_stage.store.account(account) == before
    assert await a_stage.store.account_changes(account) == ()


@pytest.mark.parametrize("option", ["--by", "--reason"])
async def test_who_and_why_are_said(a_stage: Stage, operate: Operate, option: str):
    account = await opened(operate, "ACC-6")
    words = {"--by": "ana", "--reason": "asked"} | {option: " "}
    said = await operate("account", "set", account, "--name", "New", *(part for pair in words.items() for part in pair))
    assert (said.status, said.out) == (2, "")
    assert option in said.err
    assert "not be empty" in said.err
    assert (await a_stage.store.account(account)).name == "Bakery"


@pytest.mark.parametrize("words", [("show", "ACC-NOBODY"), ("set", "ACC-NOBODY", "--name", "x", *WHO)])
async def test_an_account_that_nobody_knows_is_refused(operate: Operate, words: tuple[str, ...]):
    said = await operate("account", *words)
    assert (said.status, said.out) == (2, "")
    assert "ACC-NOBODY: there is no such account" in said.err
