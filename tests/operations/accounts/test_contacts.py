"""The addresses of an account as people change them; what cannot be is refused and says which there are."""

from datetime import UTC, datetime
from typing import Any

import pytest

from dunning.records.accounts import Contact
from operations.accounts.contacts import ContactChanges, changed_contacts, told
from operations.errors import RefusedError

AT = datetime(2026, 11, 1, tzinfo=UTC)
ADA, BOB = "ada@a.example", "bob@b.example"
CONTACTS = (
    Contact(account="a", email=ADA, rank=0),
    Contact(account="a", email=BOB, rank=4, bounced_at=AT, bounce="5.1.1 no such user"),
)


def changed(**asked: Any) -> tuple[Contact, ...]:
    return changed_contacts("a", CONTACTS, ContactChanges(**asked))


def ranked(contacts: tuple[Contact, ...]) -> list[tuple[str, int]]:
    return [(each.email, each.rank) for each in contacts]


def test_a_new_address_comes_last_and_no_two_have_one_rank() -> None:
    assert ranked(changed(add=["eve@e.example"])) == [(ADA, 0), (BOB, 1), ("eve@e.example", 2)]
    assert ranked(changed(add=["eve@e.example"], remove=[ADA])) == [(BOB, 0), ("eve@e.example", 1)]


def test_those_that_are_named_come_first_in_their_order() -> None:
    assert ranked(changed(order=["BOB@b.example"])) == [(BOB, 0), (ADA, 1)]
    assert ranked(changed(add=["eve@e.example"], order=["eve@e.example", BOB])) == [
        ("eve@e.example", 0), (BOB, 1), (ADA, 2),
    ]  # fmt: skip


def test_a_mark_that_is_lifted_leaves_nothing_of_the_bounce() -> None:
    after = changed(lift_bounce=[BOB])
    assert [(each.email, each.bounced_at, each.bounce) for each in after] == [(ADA, None, ""), (BOB, None, "")]
    assert told(CONTACTS, after) == (f"contact {BOB} is written to again; its mail had come back: 5.1.1 no such user",)


def test_what_changed_is_told_line_by_line_and_nothing_else() -> None:
    after = changed(add=["eve@e.example"], remove=[ADA])
    assert told(CONTACTS, after) == (f"contact {ADA} removed", "contact eve@e.example added")
    assert told(CONTACTS, changed(order=[BOB, ADA])) == (f"contacts in the order {BOB}, {ADA}",)
    assert told(CONTACTS, changed(order=[ADA])) == ()


@pytest.mark.parametrize(
    ("asked", "field", "text"),
    [
        ({"add": ["ADA@a.example"]}, "add_contact", "has the contact 'ADA@a.example' already"),
        ({"add": ["x@x.example", "X@x.example"]}, "add_contact", "already"),
        ({"remove": ["x@x.example"]}, "remove_contact", f"has no contact 'x@x.example'; it has {ADA}, {BOB}"),
        ({"remove": [ADA, ADA]}, "remove_contact", "stands there twice"),
        ({"order": ["x@x.example"]}, "contact_order", "has no contact"),
        ({"remove": [ADA], "order": [ADA]}, "contact_order", f"it has {BOB}"),
        ({"lift_bounce": [ADA]}, "lift_bounce", "does not come back"),
        ({"lift_bounce": ["x@x.example"]}, "lift_bounce", "has no contact"),
    ],
)
def test_what_cannot_be_is_refused(asked: dict[str, Any], field: str, text: str) -> None:
    with pytest.raises(RefusedError) as refused:
        changed(**asked)
    assert refused.value.field == field
    assert text in refused.value.reason
