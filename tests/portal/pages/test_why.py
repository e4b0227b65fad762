"""The receipt behind a pay link: what its customer may know, as JSON."""

import pytest

from composition import now
from dunning.case.facts import Void
from dunning.case.update import changed
from dunning.records.mail import NoticeCopy, NoticeText
from dunning.rules.updates import voided
from tests.portal.bills import case_of
from tests.portal.world import Portal

WORDS = NoticeText(subject="s", text="t", html="h", template="common/x@1")


async def why(door: Portal, invoice: str, signature: str | None = None) -> tuple[int, dict[str, object]]:
    given = door.links.signature(invoice) if signature is None else signature
    answer = await door.http.get(f"/pay/{invoice}/why?s={given}")
    is_json = answer.headers["content-type"].startswith("application/json")
    return answer.status_code, answer.json() if is_json else {}


@pytest.mark.req("S1-21")
async def test_the_customer_reads_what_happened_why_and_with_which_proof(bank: Portal) -> None:
    case = case_of(overdue=11)
    case = changed(case, done=tuple(d.model_copy(update={"detail": f"n-{d.step}"}) for d in case.done))
    case = voided(case, Void(reason="a slip of Ann's", by="Ann"), now())
    bank.cases.cases["INV-1"] = case
    notice = NoticeCopy(
        id="n-first-overdue", invoice="INV-1", account="bakery", recipient="owner@bakery.example", at=now(),
        content=WORDS, status="delivered", detail="250 OK of mx-7",
    )  # fmt: skip
    await bank.store.put_notice(notice)
    status, receipt = await why(bank, "INV-1")
    text = str(receipt)
    assert (status, receipt["invoice"], receipt["policy"], receipt["state"]) == (200, "INV-1", "a-small-orange", "void")
    assert "milestone suspend: day +10 from the due date" in text
    assert "to o…@bakery.example: delivered" in text
    for hidden in ("Ann", "slip", "owner@", "mx-7"):
        assert hidden not in text, hidden


async def test_without_its_signature_there_is_nothing(bank: Portal) -> None:
    bank.cases.cases["INV-1"] = case_of()
    for wrong in ("", "nonsense", bank.links.signature("INV-2")):
        assert (await why(bank, "INV-1", wrong))[0] == 404


async def test_an_invoice_that_nobody_knows(bank: Portal) -> None:
    assert (await why(bank, "INV-NOBODY")) == (404, {"error": "no such invoice"})
