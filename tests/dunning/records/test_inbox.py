"""News on the wire: a fact arrives as what it was sent as."""

from datetime import UTC, datetime
from typing import get_args

import pytest
from pydantic import ValidationError

from dunning.case.facts import Bounced, MethodChanged, Payment, PaymentNews, Restored, Reversal
from dunning.money import Money
from dunning.records.inbox import News, Told
from dunning.records.payments import Consent

AT = datetime(2026, 12, 1, 9, tzinfo=UTC)
PRICE = Money.parse("USD 19.99")
FACTS: tuple[Told, ...] = (
    Payment(id="p-1", amount=PRICE, at=AT),
    Reversal(id="r-1", payment="p-1", amount=PRICE, at=AT),
    Restored(id="r-1:won", reversal="r-1", amount=PRICE, at=AT),
    PaymentNews(payment="p-1", at=AT, started=True),
    MethodChanged(at=AT),
    Bounced(notice="INV-1:suspend:0", at=AT),
    Consent(id="cs_1", account="bakery", text="words", at=AT),
)


@pytest.mark.parametrize("fact", [*FACTS, None], ids=lambda fact: getattr(fact, "kind", "nothing"))
def test_news_arrive_as_they_were_sent(fact: Told | None) -> None:
    """A reversal has all that news of a payment need, and more: without its kind it could be read as either."""
    news = News(invoice="INV-1", fact=fact)
    assert News.model_validate_json(news.model_dump_json()) == news


def test_every_kind_of_fact_is_among_them() -> None:
    assert {type(fact) for fact in FACTS} == {*get_args(get_args(Told)[0])}


def test_a_fact_of_a_kind_that_nobody_knows_is_refused() -> None:
    with pytest.raises(ValidationError, match="kind"):
        News.model_validate({"fact": {"kind": "payment?", "id": "p-1"}})
