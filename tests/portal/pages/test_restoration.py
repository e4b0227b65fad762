"""The pay page of an invoice whose services were deleted quotes what a restore costs."""

import pytest

from dunning.case.update import changed
from tests.portal import bills
from tests.portal.pages.test_pay import show, words
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
