"""Where the company's objects lie: lists look at what they show and at nothing else."""

from typing import Any

import pytest

from sandbox.payments.api.errors import StripeError
from sandbox.payments.api.params import LISTED, Params
from sandbox.payments.store.collection import Collection

MANY = 5000


def params(**values: Any) -> Params:
    return Params({name: str(value) for name, value in values.items()}, LISTED | {"customer"})


@pytest.fixture(scope="module")
def things() -> Collection:
    things = Collection("thing", "/v1/things", ("customer",))
    for number in range(MANY):
        things.put({"id": f"t_{number}", "created": number // 2, "customer": f"c_{number % 10}"})
    return things


@pytest.mark.parametrize("asked", [{}, {"customer": "c_3"}, {"starting_after": "t_2500"}])
def test_a_page_of_thousands_looks_at_a_page(things: Collection, asked: dict[str, str]):
    looked: list[str] = []

    def fits(thing: dict[str, Any]) -> bool:
        looked.append(thing["id"])
        return True

    page = things.page(params(limit=10, **asked), fits)
    assert len(page["data"]) == 10
    assert page["has_more"]
    assert len(looked) == 11


def test_objects_of_one_second_keep_their_order(things: Collection):
    page = things.page(params(limit=4, starting_after="t_103"))
    assert [thing["id"] for thing in page["data"]] == ["t_102", "t_101", "t_100", "t_99"]


def test_an_object_moves_between_lists_and_goes():
    things = Collection("thing", "/v1/things", ("customer",))
    thing = things.put({"id": "t_1", "created": 5, "customer": None})
    things.change(thing, "customer", "c_1")
    assert things.of("customer", "c_1") == [thing]
    things.change(thing, "customer", "c_2")
    assert (things.of("customer", "c_1"), things.of("customer", "c_2")) == ([], [thing])
    things.drop(thing)
    assert (things.find("t_1"), things.of("customer", "c_2"), things.page(params())["data"]) == (None, [], [])
    with pytest.raises(StripeError, match="No such thing: 't_1'"):
        things.get("t_1")
