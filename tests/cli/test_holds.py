"""`hold` and `release`: reasons other than money, each on its own (S2-16, S2-17)."""

from typing import Any

import pytest

from cli.options import now
from dunning.doors import workflow_id
from dunning.holds import Hold
from dunning.levels import Level
from sandbox.stage import Stage
from tests.cli.command import Operate, in_days, lines, row


async def opened(operate: Operate, number: str, user: str, **more: Any) -> str:
    """Open a case, and give its account."""
    asked = row(number, services=[{"user": user}], **more)
    assert (await operate("start", "-", stdin=lines(asked))).status == 0
    return asked["account"]


async def at_panel(a_stage: Stage, user: str) -> tuple[str, str]:
    books = await a_stage.companies.panel.books()
    return next(((each.level, each.tag) for each in books.services if each.user == user), ("active", ""))


async def held(operate: Operate, *words: str) -> tuple[str, str, list[str]]:
    said = await operate(*words, "--json")
    assert (said.status, said.err) == (0, "")
    return said.json["outcome"], said.json["level"], [hold["source"] for hold in said.json["holds"]]


@pytest.mark.req("S2-16")
async def test_each_kind_is_a_hold_of_its_own_with_its_own_reason(a_stage: Stage, operate: Operate):
    account = await opened(operate, "HOLD-1", "hold1")
    assert await held(operate, "hold", account, "--kind", "abuse", "--note", "phishing") == (
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
    assert await held(operate, "release", account, "--kind", "abuse") == ("hold abuse lifted", "locked", ["dmca"])
    assert await at_panel(a_stage, "hold1") == ("locked", "hold:dmca")
    said = await operate("release", account, "--kind", "dmca")
    assert said.out == f"{account}: hold dmca lifted; services are active; holds: none\n"
    assert (await at_panel(a_stage, "hold1"))[0] == "active"


@pytest.mark.req("S2-16")
async def test_release_leaves_the_hold_of_an_unpaid_invoice(a_stage: Stage, operate: Operate):
    account = await opened(operate, "HOLD-2", "hold2")
    unpaid = Hold(account=account, source="HOLD-2", level=Level.SUSPENDED, since=now(), note="non-payment")
    await a_stage.store.place_hold(unpaid)
    await held(operate, "hold", account, "--kind", "tos")
    said = await operate("release", account, "--kind", "tos")
    assert said.out == f"{account}: hold tos lifted; services are suspended; holds: HOLD-2 (suspended)\n"
    assert (await at_panel(a_stage, "hold2"))[0] == "suspended"


@pytest.mark.req("S2-17")
@pytest.mark.promise(6)
async def test_payment_does_not_lift_it(a_stage: Stage, operate: Operate):
    account = await opened(operate, "HOLD-3", "hold3")
    await held(operate, "hold", account, "--kind", "abuse")
    # Due three days ago and charged at once: paid after its due date, so everything of the account is looked at.
    payer = await a_stage.companies.payments.customer(account)
    late = {"policy": "courtesy-5-10-35", "due": str(in_days(-3)), "payer": payer}
    assert await opened(operate, "HOLD-3B", "hold3", **late | {"account": account}) == account
    handle = (await a_stage.connect()).get_workflow_handle(workflow_id("HOLD-3B"))
    assert await handle.result() == "paid"
    assert await at_panel(a_stage, "hold3") == ("suspended", "hold:abuse")
    said = await operate("show", "HOLD-3B", "--json")
    assert (said.json["state"], said.json["remaining_holds"]) == ("paid", ["abuse"])


async def test_both_are_safe_to_repeat(a_stage: Stage, operate: Operate):
    account = await opened(operate, "HOLD-4", "hold4")
    for _ in range(2):
        assert (await held(operate, "hold", account, "--kind", "manual"))[1:] == ("suspended", ["manual"])
    since = (await a_stage.store.holds(account))[0].since
    await held(operate, "hold", account, "--kind", "manual", "--level", "warned")
    assert [(hold.level, hold.since) for hold in await a_stage.store.holds(account)] == [("warned", since)]
    assert (await held(operate, "release", account, "--kind", "manual"))[0] == "hold manual lifted"
    assert (await held(operate, "release", account, "--kind", "manual"))[0] == "there was no hold manual"


async def test_a_panel_that_does_not_obey_is_told_and_the_next_run_mends_it(a_stage: Stage, operate: Operate):
    account = await opened(operate, "HOLD-5", "hold5")
    await a_stage.companies.panel.script("hold5", "lie")
    said = await operate("hold", account, "--kind", "abuse")
    assert (said.status, said.out) == (1, "")
    assert "the holds are written down, but the services are not there yet" in said.err
    assert "safe to repeat" in said.err
    assert (await held(operate, "hold", account, "--kind", "abuse"))[1] == "suspended"
    await a_stage.companies.panel.script("hold5", "500")
    assert (await operate("release", account, "--kind", "abuse")).status == 1
    assert (await held(operate, "release", account, "--kind", "abuse"))[0] == "there was no hold abuse"
    assert (await at_panel(a_stage, "hold5"))[0] == "active"


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("hold", "HOLD-NOBODY", "--kind", "tos"), "account 'HOLD-NOBODY' is not in the store"),
        (("release", "HOLD-NOBODY", "--kind", "tos"), "account 'HOLD-NOBODY' is not in the store"),
        (("hold", "HOLD-1", "--kind", "bad-mood"), 'Choose from: "abuse", "dmca", "tos", "manual"'),
        (("hold", "HOLD-1", "--kind", "tos", "--level", "deleted"), 'Choose from: "warned", "locked", "suspended"'),
        (("hold", "HOLD-1"), "hold: --kind is missing"),
    ],
)
async def test_bad_input_is_refused(operate: Operate, words: tuple[str, ...], text: str):
    said = await operate(*words)
    assert (said.status, said.out) == (2, "")
    assert text in said.err


async def test_a_store_that_cannot_be_used_is_named(operate: Operate, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("REPRIEVE_STORE_URL", "mysql://x")
    said = await operate("hold", "a", "--kind", "tos")
    assert (said.status, "setting REPRIEVE_STORE_URL: mysql://x is not a store" in said.err) == (2, True)
    monkeypatch.setenv("REPRIEVE_STORE_URL", "postgresql+psycopg://x@127.0.0.1:1/none")
    said = await operate("hold", "a", "--kind", "tos")
    assert (said.status, "the store does not work" in said.err) == (1, True)
    assert "Traceback" not in said.err
