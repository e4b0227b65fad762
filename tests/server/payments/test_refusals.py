"""What the gateway calls malformed, on the real road: a ticket, and no word of it to the customer."""

from pathlib import Path

import pytest

from adapters.settings.settings import ROOT
from dunning.case.facts import RefusedCharge
from dunning.records.payments import Attempt
from dunning.tickets.kind import TicketKind
from sandbox.stage.stage import Stage
from tests.server.playing import Playing, begin

ASO, COURTESY = "a-small-orange", "courtesy-5-10-35"


async def tickets(life: Playing) -> list[tuple[TicketKind, str, str]]:
    return [(each.kind, each.subject, each.body) for each in await life.stage.store.tickets(life.account)]


async def attempt(life: Playing, number: int) -> Attempt:
    found = await life.stage.store.attempt(f"{life.row.invoice}:charge:{number}")
    assert found
    return found


def asking_for_every_cent(folder: Path) -> str:
    """A policy that carries nothing to the next invoice, so that the gateway is asked for less than it takes."""
    file = folder / f"{COURTESY}.toml"
    written = (ROOT / "policies" / file.name).read_text(encoding="utf-8")
    file.write_text('least_balance = "USD 0.00"\n' + written, encoding="utf-8")
    return str(file)


@pytest.mark.parametrize(
    ("name", "amount", "code"),
    [("REF-LARGE", "USD 1000000.00", "amount_too_large"), ("REF-CURR", "USD 5.00", "currency")],
)
async def test_a_malformed_charge_is_a_ticket_and_the_customer_hears_nothing(
    a_stage: Stage, tmp_path: Path, name: str, amount: str, code: str
) -> None:
    life = await begin(a_stage, name, asking_for_every_cent(tmp_path), amount=amount)
    if code == "currency":
        await a_stage.companies.payments.script(life.account, "refuse:currency", times=99)
    await life.to_day(14)
    assert await life.mails() == ["Courtesy Invoice"]
    assert await life.levels() == []
    case = await life.case()
    assert (case.attempts, case.balance) == ((), life.row.amount)
    assert case.refusals[0].times == 15
    ((kind, subject, body),) = await tickets(life)
    assert (kind, subject) == (
        TicketKind.CHARGE_REFUSED,
        f"The gateway refuses the charge of {name} as malformed ({code})",
    )
    assert f"starter.py charge {name} --leave-out" in body
    assert (await attempt(life, 1)).outcome == "refused"
    assert await life.charged() == []


async def test_once_it_is_mended_a_person_has_it_charged_at_once(a_stage: Stage) -> None:
    life = await begin(a_stage, "REF-MENDED", ASO)
    await a_stage.companies.payments.script(life.account, "refuse:parameter_invalid", times=2)
    await life.to_day(1)
    await life.update("decide_charge", RefusedCharge(by="ana", reason="mended"))
    assert await life.outcome() == "paid"
    assert await life.charged() == [1999]
    assert (await attempt(life, 3)).outcome == "charged"
    assert await life.mails() == ["Customer Invoice", "Invoice Payment Confirmation"]


async def test_a_person_leaves_it_out_and_the_plan_goes_on(a_stage: Stage) -> None:
    life = await begin(a_stage, "REF-LEFT", ASO)
    await a_stage.companies.payments.script(life.account, "refuse:parameter_invalid", times=99)
    await life.to_day(0)
    await life.update("decide_charge", RefusedCharge(by="ana", leave_out=True, reason="by invoice"))
    await life.to_day(11)
    assert await life.levels() == ["suspended"]
    assert "Credit Card Payment failed" not in await life.mails()


async def test_a_customer_id_that_the_gateway_does_not_know_is_not_told_as_a_missing_card(a_stage: Stage) -> None:
    life = await begin(a_stage, "REF-PAYER", COURTESY, payer="cus_mistyped")
    await life.to_day(11)
    assert await life.mails() == ["Courtesy Invoice"]
    assert await life.levels() == []
    ((kind, _, body),) = await tickets(life)
    assert kind == TicketKind.CHARGE_REFUSED
    assert "another account or mode" in body


async def test_of_three_digits_what_the_gateway_takes_is_charged_and_booked(a_stage: Stage, tmp_path: Path) -> None:
    dinars = tmp_path / "dinars.toml"
    written = (ROOT / "policies" / f"{ASO}.toml").read_text(encoding="utf-8")
    dinars.write_text(written.replace('"USD', '"KWD'), encoding="utf-8")
    life = await begin(a_stage, "REF-KWD", str(dinars), amount="KWD 1.005")
    await life.to_day(1)
    assert await life.charged() == [1000]
    ledger = await a_stage.store.ledger("REF-KWD")
    entries = ledger.order.entries if ledger else (await life.case()).entries
    assert [str(entry.amount) for entry in entries][:2] == ["KWD 1.005", "KWD 1.000"]
    assert "Credit Card Payment failed" not in await life.mails()
