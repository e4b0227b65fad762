"""Looking at an invoice, listing the cases, and why everything happened: running, closed, and unknown ones."""

import asyncio

import pytest

from composition import Composition
from dunning.case.decisions import Finish
from dunning.case.facts import Payment
from dunning.case.fence import Fence
from dunning.explain.model import AccountReceipt, Receipt
from dunning.ports.cases import NoAnswerError, NoCaseError
from dunning.rules.state_at import state_at
from operations.cases.list_cases import Listing
from operations.cases.look import CaseView, Look
from operations.errors import NoSuchInvoiceError, NotFoundError, RefusedError
from tests.operations.deaf import Deaf
from tests.operations.opening import ASO, now, opened, usd


async def closed(made: Composition, number: str) -> None:
    await opened(made, number)
    await made.payments.take(number, Payment(id=f"{number}-all", amount=usd(1999), at=now()))
    assert await made._client().get_workflow_handle(f"invoice-{number}").result() == "paid"


async def test_a_running_case_is_shown_with_what_it_waits_for(made: Composition) -> None:
    await opened(made, "LOOK-1")
    async with asyncio.timeout(20):  # it has just begun: between two looks it may have done a step
        while (seen := await made.look.show("LOOK-1")).case != await made.look.case("LOOK-1"):
            pass
    assert isinstance(seen, CaseView)
    assert seen.at >= seen.case.opened_at


async def forgotten(made: Composition, number: str) -> CaseView:
    """As it is read from its books, which is as the case itself tells it."""
    look = Look(made.store, Deaf(NoCaseError(number)), now)
    view, case = await look.show(number), await made.look.case(number)
    assert case
    for each in (view.case, await look.case(number)):
        assert each
        assert each.model_copy(update={"done": case.done}) == case
        last = each.done[-1].model_copy(update={"at": case.done[-1].at})  # ordered then, and heard of a moment later
        assert (*each.done[:-1], last) == case.done
    return view


async def test_a_closed_case_that_the_server_forgot_is_read_from_its_books_as_it_ended(made: Composition) -> None:
    await closed(made, "LOOK-2")
    view = await forgotten(made, "LOOK-2")
    assert (view.step, state_at(view.case, view.at)) == (Finish("paid"), "paid")


async def test_without_a_worker_closed_books_are_shown_and_nothing_old_of_a_case_that_goes_on(
    made: Composition,
) -> None:
    look = Look(made.store, Deaf(NoAnswerError("nobody works")), now)
    await opened(made, "LOOK-3")
    with pytest.raises(NoAnswerError):
        await look.show("LOOK-3")
    await closed(made, "LOOK-5")
    assert (await look.show("LOOK-5")).step == Finish("paid")
    with pytest.raises(NoAnswerError):
        await look.case("LOOK-5")
    await made.store.mark_invoice(Fence("LOOK-5", 9, 0), "open")  # its money was taken back
    with pytest.raises(NoAnswerError):
        await look.show("LOOK-5")


async def test_an_unknown_invoice_is_none_and_one_that_never_began_says_so(made: Composition) -> None:
    assert await made.look.case("LOOK-NONE") is None
    with pytest.raises(NoSuchInvoiceError):
        await made.look.show("LOOK-NONE")
    await closed(made, "LOOK-4")
    known = await made.store.invoice("LOOK-4")
    assert known
    await made.store.open_invoice(known.model_copy(update={"number": "LOOK-4B", "status": "open"}))
    with pytest.raises(RefusedError, match="LOOK-4B: it is in the store but has no case"):
        await made.look.show("LOOK-4B")


async def test_cases_are_listed_by_what_they_have(made: Composition) -> None:
    await opened(made, "OP-LIST-1", account="list-two")
    await closed(made, "OP-LIST-2")
    paid = Listing(account="of-OP-LIST-2", ended=True, state="paid")
    async with asyncio.timeout(10):
        while not [each async for each in made.list_cases.of(Listing(account="list-two"))]:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        while not [each async for each in made.list_cases.of(paid)]:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    (found,) = [each async for each in made.list_cases.of(Listing(account="list-two", policy=ASO))]
    assert (found.case.invoice, found.case.running, found.case.balance_minor) == ("OP-LIST-1", True, 1999)
    (ended,) = [each async for each in made.list_cases.of(Listing(account="of-OP-LIST-2", ended=True))]
    assert (ended.case.invoice, ended.case.running, ended.case.state) == ("OP-LIST-2", False, "paid")
    assert not [each async for each in made.list_cases.of(Listing(account="list-two", policy="hotdoodle"))]


@pytest.mark.parametrize("word", ["a'b", "a b", 'x" OR 1=1'])
def test_a_word_that_no_case_can_have_is_refused(made: Composition, word: str) -> None:
    with pytest.raises(RefusedError, match="is not one: letters, digits") as refused:
        made.list_cases.of(Listing(account=word))
    assert refused.value.field == "account"


async def test_why_knows_running_and_closed_invoices_and_accounts(made: Composition) -> None:
    await closed(made, "OP-WHY-1")
    await opened(made, "OP-WHY-2", account="of-OP-WHY-1")
    one = await made.why.of("OP-WHY-1")
    assert isinstance(one, Receipt)
    assert (one.invoice, one.state) == ("OP-WHY-1", "paid")
    account = await made.why.of("of-OP-WHY-1")
    assert isinstance(account, AccountReceipt)
    assert {each.invoice for each in account.invoices} == {"OP-WHY-1", "OP-WHY-2"}
    assert await made.why.of_invoice("WHY-NONE", for_customer=True) is None
    with pytest.raises(NotFoundError, match="WHY-NONE: there is no such invoice or account"):
        await made.why.of("WHY-NONE")
