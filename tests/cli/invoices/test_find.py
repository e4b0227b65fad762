"""`find`: a customer's invoices, running and closed, by what somebody has of them."""

import pytest

from dunning.names import workflow_id
from sandbox.stage.stage import Stage
from tests.cli.command import Operate, lines, row


async def test_open_and_closed_invoices_are_found_by_what_people_have(a_stage: Stage, operate: Operate) -> None:
    services = [{"user": "findme", "domain": "find.example"}]
    known = {"customer": "Findable Büro", "emails": ["ann@findable.example"], "services": services}
    rows = [row("FIND-1", "finder", **known), row("FIND-2", "finder", **known), row("FIND-3", "found-other")]
    assert (await operate("start", "-", stdin=lines(*rows))).status == 0
    await operate("pay", "FIND-1", "--amount", "USD 19.99", "--id", "pi_find")
    handle = (await a_stage.connect()).get_workflow_handle(workflow_id("FIND-1"))
    assert await handle.result() == "paid"

    for text in ("findable bÜRO", "ANN@findable", "Find.Example", "findme"):
        said = await operate("find", text, "--json")
        assert (said.status, said.err) == (0, "")
        found = [(each["invoice"], each["state"], each["status"], each["balance"]) for each in said.json["found"]]
        assert found == [("FIND-1", "paid", "closed", "USD 0.00"), ("FIND-2", "scheduled", "running", "USD 19.99")]
    (only,) = (await operate("find", "find-2", "--json")).json["found"]
    assert (only["account"], only["found_by"]) == ("finder", [{"what": "invoice", "value": "FIND-2"}])
    shown = (await operate("find", "findme")).out
    for words in ("FIND-1", "Findable Büro", "user findme", "2 found\n"):
        assert words in shown
    assert (await operate("find", "FIND-", "--most", "2")).out.endswith(
        "2 found; there are more: look for a longer part, or say --most\n"
    )
    assert (await operate("find", "find-nothing")).out == "nothing found\n"


@pytest.mark.parametrize(("words", "why"), [((" ",), "--text: it must not be empty"), (("x", "--most", "0"), "--most")])
async def test_nonsense_is_refused(operate: Operate, words: tuple[str, ...], why: str) -> None:
    said = await operate("find", *words)
    assert (said.status, said.out) == (2, "")
    assert why in said.err
