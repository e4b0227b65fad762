"""Each text of what is kept in documents is decided about, and what has to go is gone."""

from collections.abc import Iterator
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from dunning.case.facts import Restored, Reversal
from dunning.case.orders import CloseOrder
from dunning.coverage import NONE
from dunning.keeping.erasure import TEXTS, Rule, text_without, without
from dunning.keeping.words import Words
from dunning.subscriptions.subscription import Subscription
from tests.adapters.store.keeping.life import Life


def models(kind: Any, known: set[type[BaseModel]]) -> None:
    """Collect a model and all that are in it."""
    if isinstance(kind, type) and issubclass(kind, BaseModel) and kind not in known:
        known.add(kind)
        for field in kind.model_fields.values():
            models(field.annotation, known)
    for part in get_args(kind):
        models(part, known)


def texts(model: type[BaseModel]) -> Iterator[str]:
    return (name for name, field in model.model_fields.items() if has_text(field.annotation))


def has_text(kind: Any) -> bool:
    return kind is str or any(has_text(part) for part in get_args(kind))


def test_every_text_of_every_document_is_decided_about() -> None:
    found = set[type[BaseModel]]()
    for kind in (CloseOrder, Subscription, Reversal, Restored):
        models(kind, found)
    decided = {(model.__name__, name) for model, rules in TEXTS.items() for name in rules}
    assert decided == {(model.__name__, name) for model in found for name in texts(model)}


def test_of_closed_books_numbers_amounts_and_dates_stay_and_no_word_of_the_customer() -> None:
    life = Life("a", "geheim-anna")
    order = life.order()
    left = without(order, Words([life.secret, life.email, life.service]))
    assert life.secret not in left.model_dump_json()
    assert "4242" not in left.model_dump_json()
    assert (left.entries[1].id, left.balance, left.due, left.outcome) == ("pi_a", order.balance, order.due, "void")
    assert [(each.kind, each.amount, each.at) for each in left.entries] == [
        (each.kind, each.amount, each.at) for each in order.entries
    ]
    assert left.case.invoice.pays_for == (NONE,)
    assert left.case.outcome == order.case.outcome
    assert CloseOrder.model_validate_json(left.model_dump_json()) == left
    assert without(left, Words([])) == left


@pytest.mark.parametrize(
    ("rule", "value", "left"),
    [
        (Rule.KEEP, "Anna Geheim", "Anna Geheim"),
        (Rule.ERASE, "Anna Geheim", "erased"),
        (Rule.ERASE, "", ""),
        (Rule.EMPTY, b"Anna", b""),
        (Rule.EMPTY, ("a", "b"), ()),
        (Rule.NO_SERVICE, ["s-1"], [NONE]),
        (Rule.SCRUB, "told by Anna Geheim", "told by erased"),
        (Rule.SCRUB, ("Anna Geheim", "ana"), ("erased", "ana")),
    ],
)
def test_what_a_rule_leaves(rule: Rule, value: object, left: object) -> None:
    assert text_without(rule, value, Words(["Anna Geheim"])) == left
