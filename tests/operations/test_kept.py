"""What a person gives is in the inbox before its case is told, and has its outcome there afterwards."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from adapters.store import SqlStore
from adapters.store.tables import inbox
from composition import Composition
from dunning.case.facts import (
    Answer,
    Approval,
    DueDateChange,
    GiveBack,
    Payment,
    Promise,
    RefusedCharge,
    Restored,
    Reversal,
    UseCredit,
    Void,
    Waiver,
)
from dunning.money import Money
from dunning.ports.cases import Update
from dunning.ports.outages import OutageError, StoreOutageError
from dunning.records.inbox import Decision, InboxEvent, News
from operations.bring_decision import BringDecision
from operations.decisions import Decisions
from operations.errors import KeptError, NoSuchInvoiceError, RefusedError
from operations.kept import KeptFirst
from operations.money.payments import Payments
from tests.operations.deaf import NOBODY, Deaf
from tests.operations.opening import now, opened, usd
from tests.portal.world import until

TODAY = now().date()
PART = Waiver(entry="invoice", amount=usd(500), by="ann", reason="slow")
NOWHERE = "postgresql+psycopg://nobody@127.0.0.1:1/nothing"


async def kept(made: Composition, number: str) -> list[InboxEvent]:
    """All that people gave for the invoice, oldest first."""
    its = select(inbox).where(inbox.c.invoice == number, inbox.c.source == "command").order_by(inbox.c.at)
    return [InboxEvent.model_validate(dict(row)) for row in await made.store._rows(its)]


async def outcomes(made: Composition, number: str) -> list[str]:
    return [event.outcome for event in await kept(made, number)]


def without_temporal(made: Composition, cases: Deaf = NOBODY) -> Decisions:
    return Decisions(made.store, made.kept, BringDecision(made.store, cases))


def paid(id_: str, minor: int) -> Payment:
    return Payment(id=id_, amount=usd(minor), at=now())


@pytest.mark.parametrize(
    ("decision", "outcome"),
    [
        (Promise(until=TODAY + timedelta(days=70)), "promised"),
        (DueDateChange(due=TODAY + timedelta(days=90)), "changed"),
        (PART, "waived"),
        (Void(reason="a mistake"), "voided"),
        (GiveBack(id="k1", payment="whole", amount=usd(100), by="ann", reason="slow"), "asked for"),
        (UseCredit(id="k1", by="ann", reason="asked"), "asked for"),
        (Approval(milestone="delete", by="ann"), "refused"),
        (RefusedCharge(by="ann"), "refused"),
    ],
    ids=lambda value: getattr(value, "kind", value),
)
async def test_each_decision_leaves_its_outcome_in_the_inbox(
    made: Composition, decision: Decision, outcome: str
) -> None:
    number = f"KEPT-{decision.kind}"
    await opened(made, number)
    if isinstance(decision, GiveBack):
        await made.payments.take(number, paid("whole", 1000))
    if isinstance(decision, UseCredit):
        await made.credit.add(f"of-{number}", usd(100), "k1", "ann", "goodwill")
    try:
        said = (await made.decisions.decide(number, decision)).outcome
    except RefusedError:
        said = "refused"
    last = (await kept(made, number))[-1]
    assert (said, last.outcome) == (outcome, outcome)
    news = News.model_validate_json(last.body)
    assert (news.invoice, news.decision, bool(news.update)) == (number, decision, True)


async def test_money_by_command_leaves_its_outcome_in_the_inbox(made: Composition) -> None:
    await opened(made, "KEPT-M")
    await made.payments.take("KEPT-M", paid("m-1", 500))
    await made.payments.take("KEPT-M", paid("m-2", 100), durable=True)
    back = Reversal(id="m-back", payment="m-1", amount=usd(500), at=now())
    await made.payments.reverse("KEPT-M", back)
    await made.payments.restore("KEPT-M", Restored(id="m-again", reversal="m-back", amount=usd(500), at=now()))
    await made.payments.take("KEPT-M", Payment(id="m-3", amount=Money.parse("EUR 1"), at=now()), force=True)
    assert await outcomes(made, "KEPT-M") == ["applied", "sent", "noted", "noted", "parked"]
    with pytest.raises(RefusedError):
        await made.payments.take("KEPT-M", paid("m-4", -1))
    assert len(await kept(made, "KEPT-M")) == 5, "what is refused at once was never given"


async def test_an_invoice_without_a_case_is_noted_as_refused_and_one_that_nobody_knows_not_at_all(
    made: Composition,
) -> None:
    await opened(made, "KEPT-C")
    await made.payments.take("KEPT-C", paid("c", 1999))
    await made._client().get_workflow_handle("invoice-KEPT-C").result()
    with pytest.raises(RefusedError, match="closed as paid"):
        await made.decisions.decide("KEPT-C", Void(reason="x"))
    assert await outcomes(made, "KEPT-C") == ["applied", "refused"]
    with pytest.raises(NoSuchInvoiceError):
        await made.decisions.decide("KEPT-NONE", Void(reason="x"))
    with pytest.raises(OutageError) as away:
        await without_temporal(made).decide("KEPT-NONE", Void(reason="x"))
    assert not isinstance(away.value, KeptError)
    assert await kept(made, "KEPT-NONE") == []


async def test_while_temporal_is_away_it_waits_and_the_very_same_again_waits_once(made: Composition) -> None:
    await opened(made, "KEPT-W")
    away = without_temporal(made)
    for decision in (PART, PART, PART.model_copy(update={"amount": usd(300)})):
        with pytest.raises(KeptError) as told:
            await away.decide("KEPT-W", decision)
    assert str(told.value) == (
        "KEPT-W: it is kept, and the portal brings it to its case as soon as that can be reached; "
        "it need not be given again (nobody is there)"
    )
    assert await outcomes(made, "KEPT-W") == ["", ""]
    # Whoever gives it once more when Temporal is there brings what waits; then it is a new one.
    first, other = await kept(made, "KEPT-W")
    assert (await made.decisions.decide("KEPT-W", PART)).balance == usd(1499)
    assert await outcomes(made, "KEPT-W") == ["waived", ""]
    assert (await made.deliver_news.deliver(News.model_validate_json(first.body))).balance == usd(1499)
    with pytest.raises(RefusedError, match="already waived"):
        await made.decisions.decide("KEPT-W", PART)
    assert await outcomes(made, "KEPT-W") == ["waived", "", "refused"]
    await made.store.handled(other, "refused")


async def test_money_that_waits_is_kept_once_whatever_the_time_of_typing(made: Composition) -> None:
    await opened(made, "KEPT-P")
    payments = Payments(made.store, NOBODY, made._policy, made.look.case, seen=made.seen.asked, kept=made.kept)
    back = Reversal(id="p-back", payment="p-1", amount=usd(500), at=now())
    for give in (
        lambda: payments.take("KEPT-P", paid("p-1", 500)),
        lambda: payments.take("KEPT-P", paid("p-1", 500)),
        lambda: payments.reverse("KEPT-P", back, force=True),
    ):
        with pytest.raises(KeptError):
            await give()
    waiting = await kept(made, "KEPT-P")
    assert [News.model_validate_json(each.body).fact.kind for each in waiting] == ["payment", "reversal"]  # type: ignore[union-attr]
    for each in reversed(waiting):
        await made.deliver_news.deliver(News.model_validate_json(each.body))
        await made.store.handled(each, "applied")
    case = await made.cases.ask("KEPT-P")
    assert case.balance == usd(1999)


class Dying(Deaf):
    """The command dies when its case has heard it: nobody notes that."""

    def __init__(self, made: Composition) -> None:
        super().__init__(AssertionError("not asked"))
        self._made = made

    async def tell(self, invoice: str, update: Update, update_id: str = "") -> Answer:
        await self._made.cases.tell(invoice, update, update_id)
        raise KeyboardInterrupt


async def test_a_command_that_dies_before_it_notes_the_outcome_counts_once(made: Composition) -> None:
    await opened(made, "KEPT-D")
    with pytest.raises(KeyboardInterrupt):
        await without_temporal(made, Dying(made)).decide("KEPT-D", PART)
    (event,) = await kept(made, "KEPT-D")
    assert event.outcome == ""
    said = await made.deliver_news.deliver(News.model_validate_json(event.body))
    assert (said.outcome, said.balance) == ("waived", usd(1499))
    await made.store.handled(event, said.outcome)


async def test_credit_that_a_decision_has_used_is_no_reason_to_refuse_that_decision(made: Composition) -> None:
    await opened(made, "KEPT-S")
    await made.credit.add("of-KEPT-S", usd(100), "s1", "ann", "goodwill")
    use = UseCredit(id="s1", by="ann", reason="asked")
    assert (await made.decisions.decide("KEPT-S", use)).outcome == "asked for"
    await until(lambda: _owes(made, "KEPT-S", 1899))
    assert (await made.decisions.decide("KEPT-S", use)).outcome == "asked for"
    with pytest.raises(RefusedError, match="has no credit in USD"):
        await made.decisions.decide("KEPT-S", use.model_copy(update={"id": "s2"}))


async def _owes(made: Composition, number: str, minor: int) -> bool:
    return (await made.cases.ask(number)).balance == usd(minor)


async def _is_in_the_table(made: Composition, number: str) -> bool:
    return await made.store.open_case(number) is not None


async def test_what_cannot_be_kept_is_not_decided(made: Composition) -> None:
    await opened(made, "KEPT-N")
    nowhere = SqlStore(NOWHERE, patience=0.5)
    deaf = KeptFirst(nowhere, now)
    with pytest.raises(StoreOutageError):
        await Decisions(made.store, deaf, BringDecision(made.store, made.cases)).decide("KEPT-N", PART)
    assert (await made.cases.ask("KEPT-N")).balance == usd(1999)
    # Money goes to its case all the same.
    payments = Payments(made.store, made.cases, made._policy, made.look.case, seen=made.seen.asked, kept=deaf)
    assert (await payments.take("KEPT-N", paid("n-1", 500))).outcome == "applied"
    await nowhere.close()


async def test_a_decision_about_a_case_that_was_terminated_waits_until_it_is_recovered(made: Composition) -> None:
    await opened(made, "KEPT-T")
    await until(lambda: _is_in_the_table(made, "KEPT-T"))
    await made._client().get_workflow_handle("invoice-KEPT-T").terminate()
    with pytest.raises(KeptError, match=r"starter\.py recover KEPT-T"):
        await made.decisions.decide("KEPT-T", PART)
    (event,) = await kept(made, "KEPT-T")
    assert event.outcome == ""
    await made.recover_cases.recover("KEPT-T", by="ann", reason="by mistake")
    said = await made.deliver_news.deliver(News.model_validate_json(event.body))
    assert (said.outcome, said.balance) == ("waived", usd(1499))
    await made.store.handled(event, said.outcome)
