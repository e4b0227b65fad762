"""`why` on the real server: an invoice, running and closed, and an account with everything that concerns it."""

import pytest

from sandbox.stage.stage import Stage
from tests.cli.command import Operate
from tests.cli.decisions.test_decisions import closed_books
from tests.server.playing import begin


@pytest.mark.req("S1-21")
async def test_an_invoice_answers_with_rule_delivery_and_proof(a_stage: Stage, operate: Operate) -> None:
    playing = await begin(a_stage, "WHY-1", "a-small-orange", decline=1)
    await playing.to_day(10)
    said = await operate("why", "WHY-1", "--json")
    assert (said.status, said.err) == (0, "")
    lines = {line["what"]: line for line in said.json["lines"]}
    assert 'warned by "Second Invoice Overdue Notice", delivered' in lines["suspended"]["because"]
    assert lines["suspended"]["proof"].startswith("the panel showed suspended")
    notice = lines['notice sent "Second Invoice Overdue Notice"']
    assert "milestone second-overdue: day +9 from the due date" in notice["because"]
    assert "to why-1@bakery.example: delivered" in notice["proof"]
    assert '("250' in notice["proof"], "the mail server's own words"
    assert 'the gateway said "Your card was declined."' in lines["charge declined (card_declined)"]["proof"]
    text = (await operate("why", "WHY-1")).out
    for part in ("WHY-1 · account acct-WHY-1 · policy a-small-orange", "because policy a-small-orange", "    proof   "):
        assert part in text
    await playing.signal()
    assert await playing.outcome() == "paid"
    closed = (await operate("why", "WHY-1")).out
    assert "nothing: the case ended as paid" in closed
    assert "reinstated (active)" in closed
    assert "because nothing was owed any more" in closed


async def test_an_account_answers_with_all_its_invoices_holds_and_tickets(a_stage: Stage, operate: Operate) -> None:
    playing = await begin(a_stage, "WHY-2", "a-small-orange", emails=[])
    await playing.to_day(-9)
    assert (await operate("hold", playing.account, "--kind", "abuse", "--by", "Ann", "--reason", "spam")).status == 0
    await a_stage.store.close_ledger(closed_books("WHY-OLD").model_copy(update={"account": playing.account}))
    said = await operate("why", playing.account, "--json")
    assert (said.status, said.err) == (0, "")
    assert [each["invoice"] for each in said.json["invoices"]] == ["WHY-OLD", "WHY-2"]
    assert [each.split(" since ")[0] for each in said.json["holds"]] == ["abuse: suspended"]
    assert said.json["holds"][0].endswith("Z by Ann: spam"), "who decided it"
    assert any("No address took a notice for WHY-2" in each for each in said.json["tickets"]), said.json["tickets"]
    text = (await operate("why", playing.account)).out
    for part in (
        f"Account {playing.account}",
        "Holds",
        "Tickets",
        "abuse: suspended",
        "WHY-OLD · ",
    ):
        assert part in text


async def test_what_nobody_knows_is_told(operate: Operate) -> None:
    said = await operate("why", "nobody-at-all")
    assert (said.status, said.out) == (2, "")
    assert "there is no such invoice or account" in said.err
