"""`tickets` and `credits`: what waits for a person, and money that belongs to no open invoice."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dunning.money import Money
from dunning.records.accounts import Account
from dunning.records.credit import Credit
from dunning.records.mail import NoticeCopy, NoticeText
from dunning.tickets.kind import TicketKind
from dunning.tickets.ticket import TicketOrder
from sandbox.stage.stage import Stage
from tests.cli.command import Operate

AT = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)


async def opened(
    a_stage: Stage,
    account: str,
    invoice: str,
    *,
    hours: int = 0,
    body: str = "Look at it.",
    kind: TicketKind = TicketKind.PAYMENT_PARKED,
) -> None:
    order = TicketOrder(
        invoice=invoice,
        account=account,
        step="parked:p",
        kind=kind,
        at=AT + timedelta(hours=hours),
        subject=f"About {invoice or 'all'}",
        body=body,
    )
    assert await a_stage.store.open_ticket(order)


async def test_tickets_come_oldest_first_with_all_that_they_say(a_stage: Stage, operate: Operate) -> None:
    await opened(a_stage, "TIX-a", "TIX-1", hours=2, body="First line.\n\n- second [red]line[/red]")
    await opened(a_stage, "TIX-a", "TIX-2", hours=1)
    await opened(a_stage, "TIX-b", "TIX-3")
    said = await operate("tickets", "--account", "TIX-a")
    assert (said.status, said.err) == (0, "")
    assert said.out.splitlines() == [
        "2026-03-01 13:30Z · Billing · payment-parked · TIX-a · TIX-2 · About TIX-2",
        "    Look at it.",
        "    key: TIX-2:parked:p",
        "",
        "2026-03-01 14:30Z · Billing · payment-parked · TIX-a · TIX-1 · About TIX-1",
        "    First line.",
        "",
        "    - second [red]line[/red]",
        "    key: TIX-1:parked:p",
        "",
        "2 ticket(s) wait",
    ]
    everybodys = (await operate("tickets", "--json")).json
    times = [ticket["at"] for ticket in everybodys]
    assert times == sorted(times)
    assert [t["invoice"] for t in everybodys if t["account"].startswith("TIX-")] == ["TIX-3", "TIX-2", "TIX-1"]


@pytest.mark.req("S1-22")
async def test_a_ticket_names_the_notice_that_it_quotes(a_stage: Stage, operate: Operate) -> None:
    content = NoticeText(subject="Second Invoice Overdue Notice", text="t", html="h", template="t")
    values = {"invoice": "TIX-5", "account": "TIX-e", "recipient": "a@b.example", "at": AT, "status": "bounced"}
    copy = NoticeCopy.model_validate({"id": "TIX-5:second-overdue:0", "content": content, **values})
    await a_stage.store.put_notice(copy)
    for hours, notice in enumerate((copy.id, "TIX-5:lost:0")):
        order = {
            "invoice": "TIX-5",
            "account": "TIX-e",
            "step": notice,
            "kind": "address-bounced",
            "subject": "Came back",
            "body": "Ask them.",
        }
        at = AT + timedelta(hours=hours)
        assert await a_stage.store.open_ticket(TicketOrder.model_validate({**order, "at": at, "notice": notice}))
    assert (await operate("tickets", "--account", "TIX-e")).out.splitlines() == [
        "2026-03-01 12:30Z · Billing · address-bounced · TIX-e · TIX-5 · Came back",
        "    quotes notice TIX-5:second-overdue:0: “Second Invoice Overdue Notice”, bounced",
        "    Ask them.",
        "    key: TIX-5:TIX-5:second-overdue:0",
        "",
        "2026-03-01 13:30Z · Billing · address-bounced · TIX-e · TIX-5 · Came back",
        "    quotes notice TIX-5:lost:0: (not in the archive)",
        "    Ask them.",
        "    key: TIX-5:TIX-5:lost:0",
        "",
        "2 ticket(s) wait",
    ]


async def test_a_ticket_of_no_account_is_among_all(a_stage: Stage, operate: Operate) -> None:
    await opened(a_stage, "", "", hours=9)
    assert (
        "2026-03-01 21:30Z · Billing · payment-parked · About all\n    Look at it.\n" in (await operate("tickets")).out
    )


async def test_tickets_can_be_listed_by_their_kind(a_stage: Stage, operate: Operate) -> None:
    await opened(a_stage, "TIX-k", "TIX-6")
    await opened(a_stage, "TIX-k", "TIX-7", kind=TicketKind.LATE_PAYMENT)
    found = (await operate("tickets", "--account", "TIX-k", "--kind", "late-payment", "--json")).json
    assert [(each["invoice"], each["kind"], each["department"]) for each in found] == [
        ("TIX-7", "late-payment", "Billing")
    ]
    assert (await operate("tickets", "--account", "TIX-k", "--kind", "drift")).out == "no tickets\n"
    wrong = await operate("tickets", "--kind", "no-such-kind")
    assert (wrong.status, "late-payment" in wrong.err) == (2, True)


async def test_a_closed_ticket_says_when_and_by_whom_and_waits_no_more(a_stage: Stage, operate: Operate) -> None:
    await opened(a_stage, "TIX-c", "TIX-8")
    await opened(a_stage, "TIX-c", "TIX-9")
    mine = ("tickets", "--account", "TIX-c")
    closing = ("tickets", "close", "TIX-8:parked:p", "--by", " Ann ", "--reason", "refunded by hand")
    said = await operate(*closing)
    assert (said.status, said.err) == (0, "")
    assert re.fullmatch(r"TIX-8:parked:p: closed [0-9-]{10} [0-9:]{5}Z by Ann: refunded by hand\n", said.out)

    again = await operate(*closing[:3], "--by", "ben", "--reason", "another")
    assert (again.status, again.out) == (0, said.out.replace("p: closed", "p: was closed")), "who was first stays"
    waiting = (await operate(*mine)).out
    assert ("TIX-9" in waiting, "TIX-8" in waiting) == (True, False)
    assert waiting.endswith("\n1 ticket(s) wait; 1 closed: --closed or --all\n")
    (over,) = (await operate(*mine, "--closed", "--json")).json
    assert (over["invoice"], over["closed_by"], over["closed_reason"]) == ("TIX-8", "Ann", "refunded by hand")
    assert [each["invoice"] for each in (await operate(*mine, "--all", "--json")).json] == ["TIX-8", "TIX-9"]
    assert said.out.partition(": ")[2] in (await operate(*mine, "--closed")).out
    await a_stage.store.put_account(Account(id="TIX-c", name="Closed"))
    assert "About TIX-8 (closed 20" in (await operate("why", "TIX-c")).out


async def test_a_matter_that_comes_again_leaves_its_ticket_closed(a_stage: Stage, operate: Operate) -> None:
    await opened(a_stage, "TIX-r", "TIX-10")
    await operate("tickets", "close", "TIX-10:parked:p", "--by", "Ann", "--reason", "done")
    with pytest.raises(AssertionError):
        await opened(a_stage, "TIX-r", "TIX-10", hours=3)
    assert (await operate("tickets", "--account", "TIX-r")).out == "0 ticket(s) wait; 1 closed: --closed or --all\n"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("TIX-11:parked:p", "TIX-none:parked:p"), "'TIX-none:parked:p': there is no such ticket, so none was closed"),
        ((), "name the tickets by their keys"),
        (("TIX-11:parked:p", "--by", " "), "--by: it must not be empty"),
        (("TIX-11:parked:p", "--reason", ""), "--reason: it must not be empty"),
    ],
)
async def test_what_cannot_be_closed_closes_nothing(
    a_stage: Stage, operate: Operate, words: tuple[str, ...], why: str
) -> None:
    if not await a_stage.store.ticket("TIX-11:parked:p"):
        await opened(a_stage, "TIX-n", "TIX-11")
    given = [*words, *(f"{name}=ana" for name in ("--by", "--reason") if name not in words)]
    said = await operate("tickets", "close", *given)
    assert (said.status, said.out) == (2, "")
    assert why in said.err
    assert [each["closed_at"] for each in (await operate("tickets", "--account", "TIX-n", "--json")).json] == [None]


async def test_an_account_without_tickets_has_none_and_an_unknown_one_is_a_mistake(
    a_stage: Stage, operate: Operate
) -> None:
    await a_stage.store.put_account(Account(id="TIX-quiet", name="Quiet"))
    assert (await operate("tickets", "--account", "TIX-quiet")).out == "no tickets\n"
    assert (await operate("tickets", "--account", "TIX-quiet", "--json")).json == []
    said = await operate("tickets", "--account", "TIX-nobody")
    assert (said.status, said.out) == (2, "")
    assert "TIX-nobody: there is no such account" in said.err


async def credited(a_stage: Stage, account: str, *lines: tuple[str, str]) -> None:
    for place, (name, amount) in enumerate(lines):
        at = AT + timedelta(hours=place)
        credit = Credit(id=name, account=account, amount=Money.parse(amount), at=at, reason=f"reason of {name}")
        assert await a_stage.store.add_credit(credit)


async def test_credits_show_what_came_what_was_used_and_what_is_left(a_stage: Stage, operate: Operate) -> None:
    await a_stage.store.put_account(Account(id="CRED-a", name="Credited"))
    await credited(a_stage, "CRED-a", ("CRED-1:pi_1", "USD 20.00"), ("CRED-2:pi_2", "EUR 7.50"))
    await a_stage.store.use_credit("CRED-a", "CRED-3", Money.parse("USD 5.01"), AT + timedelta(hours=5))
    said = await operate("credits", "CRED-a")
    assert (said.status, said.err) == (0, "")
    for words in ("CRED-1:pi_1", "USD 20.00", "reason of CRED-2:pi_2", "2026-03-01 13:30", "USD -5.01"):
        assert words in said.out
    assert said.out.endswith("CRED-a: EUR 7.50, USD 14.99 left\n")
    shown = (await operate("credits", "CRED-a", "--json")).json
    assert shown["left"] == [{"minor": 750, "currency": "EUR"}, {"minor": 1499, "currency": "USD"}]
    assert [each["id"] for each in shown["credits"]] == [
        "CRED-1:pi_1",
        "CRED-2:pi_2",
        "CRED-3:credit-used",
    ]


async def test_an_account_without_credit_has_none_and_an_unknown_one_is_a_mistake(
    a_stage: Stage, operate: Operate
) -> None:
    await a_stage.store.put_account(Account(id="CRED-none", name="None"))
    assert (await operate("credits", "CRED-none")).out == "CRED-none: no credit\n"
    nothing: dict[str, Any] = {"account": "CRED-none", "left": [], "credits": [], "carried": []}
    assert (await operate("credits", "CRED-none", "--json")).json == nothing
    said = await operate("credits", "CRED-nobody")
    assert (said.status, said.out) == (2, "")
    assert "CRED-nobody: there is no such account" in said.err
    assert (await operate("credits", "unmatched")).status == 0, "no customer's, but it may have money"


@pytest.mark.parametrize("words", [("tickets",), ("credits", "a")])
async def test_a_store_that_does_not_work_is_an_outage(
    operate: Operate, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.setenv("REPRIEVE_STORE_URL", "postgresql+psycopg://x@127.0.0.1:1/none")
    monkeypatch.setenv("REPRIEVE_OUTAGE_SECONDS", "0.5")  # it never comes
    said = await operate(*words)
    assert (said.status, "the store does not work" in said.err, "Traceback" in said.err) == (1, True, False)
