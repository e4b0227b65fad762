"""What people look at and decide: show, list, promise, waive, approve, due, void."""

import asyncio
from datetime import UTC, date, datetime

import pytest

from dunning.case.decisions import follow_up
from dunning.case.orders import CloseOrder
from dunning.names import workflow_id
from dunning.rules.order_for import order_for
from sandbox.stage.stage import Stage
from tests.cli.command import Operate, Said, in_days, lines, row
from tests.dunning import examples
from tests.dunning.life import live
from tests.server.playing import begin


async def opened(operate: Operate, *rows: dict[str, object]) -> None:
    assert (await operate("start", "-", stdin=lines(*rows))).status == 0


async def shown(operate: Operate, number: str) -> dict[str, object]:
    said = await operate("show", number, "--json")
    assert (said.status, said.err) == (0, "")
    return said.json


async def listed(operate: Operate, *words: str) -> list[str]:
    said = await operate("list", "--json", *words)
    assert said.status == 0
    return sorted(case["invoice"] for case in said.json)


async def until_listed(operate: Operate, numbers: list[str], *words: str) -> None:
    """Visibility follows a moment later."""
    async with asyncio.timeout(20):
        while await listed(operate, *words) != numbers:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.05)


async def test_show_tells_what_comes_next_when_and_why(operate: Operate):
    await opened(operate, row("SHOW-1", customer="Example Bakery", zone="Europe/Berlin"))
    case = await shown(operate, "SHOW-1")
    async with asyncio.timeout(20):
        while "'card:look:0'" in str(case["next"]):  # a moment after the start: will the card last?
            case = await shown(operate, "SHOW-1")
    assert case["balance"] == {"minor": 1999, "currency": "USD"}
    assert (case["state"], case["level"]) == ("scheduled", "active")
    step = case["next"]
    assert isinstance(step, dict)
    assert (step["step"], step["why"]) == ("issue", "the policy a-small-orange says day -10 from the due date")
    text = (await operate("show", "SHOW-1")).out
    for words in (f"SHOW-1 · Example Bakery · USD 19.99 · due {in_days(60)}", "First Invoice Overdue"):
        assert words in text
    assert "09:00 CE" in text


async def test_a_closed_case_still_answers_and_then_its_books_do(a_stage: Stage, operate: Operate):
    await opened(operate, row("SHOW-2"))
    assert (await operate("void", "SHOW-2", "--reason", "a test", "--by", "Ann")).status == 0
    handle = (await a_stage.connect()).get_workflow_handle(workflow_id("SHOW-2"))
    assert await handle.result() == "void"
    case = await shown(operate, "SHOW-2")
    assert (case["state"], case["next"], case["voided"]) == ("void", None, "a test")
    assert "nothing: the case ended as void" in (await operate("show", "SHOW-2")).out
    # Once its time is over, the server forgets it.
    await a_stage.store.close_ledger(closed_books("SHOW-OLD"))
    case = await shown(operate, "SHOW-OLD")
    assert (case["state"], case["next"], case["upcoming"]) == ("paid", None, [])
    text = (await operate("show", "SHOW-OLD")).out
    for words in ("nothing: the case ended as paid", "books closed: paid", "Ledger"):
        assert words in text


def closed_books(number: str) -> CloseOrder:
    """Of an invoice that was paid before its due date, in December 2025."""
    opening = examples.opened("hotdoodle", due=date(2026, 1, 1), number=number, account="old")
    paid_at = datetime(2025, 12, 30, 3, 4, 5, tzinfo=UTC)
    life = live(opening, examples.before_issue(opening), [(paid_at, examples.pays())])
    assert life.world.books
    order = order_for(life.world.books, follow_up("close:2", paid_at), paid_at)
    assert isinstance(order, CloseOrder)
    return order


async def test_an_invoice_that_nobody_knows(operate: Operate):
    for words in (("show", "NOBODY-1"), ("void", "NOBODY-1", "--reason", "x"), ("due", "NOBODY-1", "2030-01-01")):
        said = await operate(*words)
        assert (said.status, said.out) == (2, "")
        assert "NOBODY-1: there is no such invoice" in said.err


async def test_list_filters_by_state_account_and_policy(a_stage: Stage, operate: Operate):
    rows = [
        row("LIST-1", "list-a"),
        row("LIST-2", "list-a", policy="hotdoodle", customer="Two"),
        row("LIST-3", "list-b"),
    ]
    await opened(operate, *rows)
    await operate("promise", "LIST-1", "--until", str(in_days(65)))
    await operate("void", "LIST-2", "--reason", "x")
    handle = (await a_stage.connect()).get_workflow_handle(workflow_id("LIST-2"))
    await handle.result()
    await until_listed(operate, ["LIST-1"], "--account", "list-a", "--state", "promised")
    await until_listed(operate, ["LIST-1"], "--account", "list-a")
    assert await listed(operate, "--account", "list-a", "--all") == ["LIST-1", "LIST-2"]
    await until_listed(operate, ["LIST-1", "LIST-2"], "--account", "list-a", "--all", "--temporal")
    (voided,) = (await operate("list", "--json", "--account", "list-a", "--state", "void")).json
    assert (voided["invoice"], voided["status"], voided["level"], voided["customer"]) == (
        "LIST-2",
        "closed",
        "active",
        "Two",
    )
    await until_listed(operate, ["LIST-3"], "--account", "list-b")
    assert await listed(operate, "--account", "list-a", "--policy", "hotdoodle", "--all") == ["LIST-2"]
    assert await listed(operate, "--account", "list-nobody") == []
    for more in ((), ("--temporal",)):
        assert await listed(operate, "--account", "list-b", "--level", "active", *more) == ["LIST-3"]
        assert await listed(operate, "--account", "list-b", "--level", "suspended", *more) == []
    text = (await operate("list", "--account", "list-b")).out.splitlines()
    columns = "INVOICE ACCOUNT POLICY STATE LEVEL DUE OVERDUE"
    assert text[0].split() == [*columns.split(), "BALANCE", *["NEXT", "AT", "(UTC)", "AS", "OF", "(UTC)", "NEXT"]]
    known = ["LIST-3", "list-b", "a-small-orange", "scheduled", "active", str(in_days(60)), "0"]
    assert text[1].split()[:9] == [*known, "USD", "19.99"]
    assert text[1].split()[-1] == "issue"
    await until_listed(operate, ["LIST-3"], "--account", "list-b", "--temporal")
    text = (await operate("list", "--account", "list-b", "--temporal")).out.splitlines()
    assert text[0].split() == [*columns.split(), "NEXT"]
    assert text[1].split() == [*known, "issue"]
    assert (await operate("list", "--account", "list-nobody")).out == "no cases\n"


async def test_a_reopened_invoice_is_one_line_and_no_paid_one(a_stage: Stage, operate: Operate):
    mine, closed = ("--account", "list-again"), ("--account", "list-again", "--state", "paid")
    await opened(operate, row("LIST-R", "list-again"), row("LIST-P", "list-again"))
    handle = (await a_stage.connect()).get_workflow_handle(workflow_id("LIST-R"))
    for number in ("LIST-P", "LIST-R"):
        await operate("pay", number, "--amount", "USD 19.99", "--id", f"pi_{number}")
    assert await handle.result() == "paid"
    await until_listed(operate, ["LIST-P", "LIST-R"], *closed)
    assert await listed(operate, *mine) == []
    await until_listed(operate, ["LIST-P", "LIST-R"], *closed, "--all", "--temporal")

    said = await operate("reverse", "LIST-R", "--payment", "pi_LIST-R", "--amount", "USD 19.99", "--id", "back-1")
    assert said.status == 0, said.err
    await until_listed(operate, ["LIST-R"], *mine)
    await until_listed(operate, ["LIST-R"], *mine, "--temporal")
    assert await listed(operate, *closed) == ["LIST-P"]
    assert await listed(operate, *closed, "--all", "--temporal") == ["LIST-P"], "its last life runs"
    for words in (("--all",), ("--all", "--temporal")):
        assert await listed(operate, *mine, *words) == ["LIST-P", "LIST-R"]


async def test_list_refuses_what_is_no_filter(operate: Operate):
    for words in (("--state", "happy"), ("--account", "x' OR 'a' = 'a")):
        said = await operate("list", *words)
        assert (said.status, said.out) == (2, "")
        assert words[0] in said.err


async def test_a_namespace_that_is_not_there_is_told(operate: Operate, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TEMPORAL_NAMESPACE", "nowhere")
    for words in (("list", "--temporal"), ("show", "X"), ("pay", "X", "--amount", "USD 1", "--id", "x")):
        said = await operate(*words)
        assert (said.status, said.out) == (1, "")
        assert "NOT_FOUND: Namespace nowhere is not found" in said.err


async def decided(operate: Operate, *words: str) -> tuple[str, str]:
    said = await operate(*words, "--json")
    assert (said.status, said.err) == (0, "")
    return said.json["outcome"], said.json["state"]


def refused(said: Said) -> str:
    assert (said.status, said.out) == (2, "")
    return said.err.strip()


async def test_every_decision_is_taken_once(operate: Operate):
    await opened(operate, row("DEC-1"))
    assert await decided(operate, "promise", "DEC-1", "--reinstate", "--until", str(in_days(70)), "--by", "Ann") == (
        "promised",
        "promised",
    )
    assert await decided(operate, "due", "DEC-1", str(in_days(90)), "--by", "Ann") == ("changed", "promised")
    assert await decided(operate, "waive", "DEC-1", "invoice", "--reason", "goodwill") == ("waived", "waived")
    case = await shown(operate, "DEC-1")
    assert (case["shift_days"], case["promise_reinstates"]) == (30, True)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("promise", "--reinstate", "--until", "2020-01-01"), "refused: 2020-01-01 is already past"),
        (("promise", "--until", "soon"), "--until: 'soon' is not a date"),
        (("due", "2020-01-01"), "refused: 2020-01-01 is already past"),
        (("due", "soon"), "DATE: 'soon' is not a date"),
        (("waive", "late-fee"), "refused: there is no charge 'late-fee' on this invoice; there are: invoice"),
        (("approve", "issue", "--by", "Ann"), "refused: 'issue' asks for no approval; milestones that do: delete"),
        (("approve", "delete", "--by", "Ann"), "refused: 'delete' cannot be decided yet: 'issue' comes first"),
        (("approve", "delete"), "approve: --by is missing"),
        (("approve", "delete", "--by", ""), "--by: it must not be empty"),
        (("void",), "void: --reason is missing"),
        (("void", "--reason", ""), "--reason: may not be empty"),
    ],
)
async def test_a_refusal_is_told_in_the_case_s_own_words(operate: Operate, words: tuple[str, ...], why: str):
    await opened(operate, row("DEC-2"))
    assert why in refused(await operate(words[0], "DEC-2", *words[1:]))


async def test_two_people_are_two_approvals_and_one_person_is_one(a_stage: Stage, operate: Operate):
    playing = await begin(a_stage, "DEC-3", "a-small-orange", decline=1)
    await playing.to_day(31)
    assert await decided(operate, "approve", "DEC-3", "delete", "--by", "Ann") == ("approved", "lapsed")
    again = await operate("approve", "DEC-3", "delete", "--by", "Ann")
    assert refused(again) == "starter: DEC-3: refused: Ann has already approved 'delete'"
    assert (await operate("approve", "DEC-3", "delete", "--by", "bob")).out == (
        "DEC-3: approved; balance USD 0.00, state lapsed\n"
    )
    assert "1 approval(s), given by Ann, bob" in (await operate("show", "DEC-3")).out


async def test_nothing_can_be_decided_about_a_closed_invoice(a_stage: Stage, operate: Operate):
    await opened(operate, row("DEC-4"))
    await operate("void", "DEC-4", "--reason", "x")
    handle = (await a_stage.connect()).get_workflow_handle(workflow_id("DEC-4"))
    await handle.result()
    said = await operate("promise", "DEC-4", "--until", str(in_days(9)))
    assert refused(said) == ("starter: DEC-4: its case is closed as void, so nothing can be decided about it any more")


async def test_a_charge_that_the_gateway_refused_is_tried_again_or_left_out(a_stage: Stage, operate: Operate):
    life = await begin(a_stage, "CHARGE-1", "a-small-orange")
    said = await operate("charge", "CHARGE-1", "--by", "Ann")
    assert (said.status, said.out) == (2, "")
    assert "no charge of this invoice waits because the gateway refuses it" in said.err
    await a_stage.companies.payments.script(life.account, "refuse:parameter_invalid", times=99)
    await life.to_day(0)
    said = await operate("charge", "CHARGE-1", "--leave-out", "--by", "Ann", "--reason", "pays by bank")
    assert (said.status, said.out) == (0, "CHARGE-1: left out; balance USD 19.99, state open\n")
    await life.to_day(1)
    why = await operate("why", "CHARGE-1")
    assert "left out by Ann: pays by bank" in " ".join(why.out.split())


async def test_show_tells_what_a_case_tries_in_vain_and_why(a_stage: Stage, operate: Operate):
    playing = await begin(a_stage, "SHOW-TRIES", "a-small-orange", decline=1)
    await playing.to_day(9)
    assert (await shown(operate, "SHOW-TRIES"))["trying"] == []
    await a_stage.companies.panel.script(playing.user, "500", times=None)
    async with playing.passing(10), asyncio.timeout(60):
        while not (tries := (await shown(operate, "SHOW-TRIES"))["trying"]):  # noqa: ASYNC110 - a server's work
            await asyncio.sleep(0.05)
        assert isinstance(tries, list)
        assert (tries[0]["what"], "panel sandbox" in tries[0]["why"]) == ("restrict", True)
        assert "trouble  restrict was tried" in (await operate("show", "SHOW-TRIES")).out
        await a_stage.companies.panel.forget(playing.user)
    assert (await shown(operate, "SHOW-TRIES"))["trying"] == []


async def test_a_decision_that_nobody_signs_is_signed_with_the_login(operate: Operate, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LOGNAME", "cleo")
    await opened(operate, row("DEC-SIGNED"))
    assert (await operate("promise", "DEC-SIGNED", "--until", str(in_days(70)))).status == 0
    assert "taken by cleo" in (await operate("show", "DEC-SIGNED")).out
