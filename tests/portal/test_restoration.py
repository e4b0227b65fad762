"""The pay page of an invoice whose services were deleted quotes what a restore costs."""

import pytest

from dunning.case.update import changed
from dunning.level import Level
from tests.portal import bills
from tests.portal.test_pay_page import show, words
from tests.portal.world import Portal


@pytest.mark.req("S3-25", "S3-26")
@pytest.mark.parametrize(
    ("backups", "said"),
    [
        (True, "There is a back-up: a restore from it costs $75.00."),
        (False, "There is no back-up: your site and mail are lost."),
        (None, "Whether a back-up is still there has to be looked up"),
    ],
)
async def test_the_page_quotes_the_fee_before_anything_is_paid(bank: Portal, backups: bool | None, said: str) -> None:
    gone = bills.deleted(bills.case_of(rules="courtesy-5-10-35", overdue=40))
    show(bank, changed(gone, backups=backups))
    page = await words(bank)
    assert said in page
    assert "by card or bank debit" not in page


async def test_a_case_from_before_there_were_fees_says_nothing_of_them(bank: Portal) -> None:
    case = bills.case_of(rules="courtesy-5-10-35", overdue=40)
    old = case.plan.model_copy(update={"restoration": None})
    show(bank, changed(case, plan=old, level=Level.DELETED))
    page = await words(bank)
    assert "Its services were deleted." in page
    assert "back-up" not in page
    assert "What happens next" not in page
