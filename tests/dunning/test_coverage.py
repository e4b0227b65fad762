"""Which services are meant: by their ids, by their kinds, by both; and what the holds of an order name."""

from hypothesis import given
from hypothesis import strategies as st

from dunning.coverage import ALL, DOMAIN, EVERYTHING, NONE, Coverage, about
from dunning.records.accounts import Service

SHOP, MAIL, NAME = (
    Service(id=f"p:shop:{kind}", account="a", kind=kind, panel="p", user="shop")
    for kind in ("website", "email", DOMAIN)
)
BLOG = Service(id="p:blog:website", account="a", kind="website", panel="p", user="blog")
ALL_OF_THEM = (SHOP, MAIL, NAME, BLOG)


def test_none_named_means_all_and_what_comes_later_too() -> None:
    assert EVERYTHING.is_all
    assert EVERYTHING.of(ALL_OF_THEM) == ALL_OF_THEM
    assert EVERYTHING.held(ALL_OF_THEM) == (ALL,)
    assert about(ALL) == EVERYTHING


def test_ids_and_kinds_narrow_each_other() -> None:
    assert Coverage(services=(SHOP.id, MAIL.id)).of(ALL_OF_THEM) == (SHOP, MAIL)
    assert Coverage(services=(SHOP.id, MAIL.id), kinds=("email",)).held(ALL_OF_THEM) == (MAIL.id,)
    assert about(BLOG.id).of(ALL_OF_THEM) == (BLOG,)


def test_domain_names_belong_to_every_kind_because_people_decide_about_them() -> None:
    assert Coverage(kinds=("website",)).of(ALL_OF_THEM) == (SHOP, NAME, BLOG)
    assert Coverage(services=(SHOP.id,), kinds=("website",)).of(ALL_OF_THEM) == (SHOP,)


def test_an_order_that_finds_nothing_still_has_a_hold_that_restricts_nothing() -> None:
    assert Coverage(kinds=("email",)).held((SHOP,)) == (NONE,)
    assert Coverage(services=("p:gone:website",)).held(()) == (NONE,)


@given(st.lists(st.sampled_from([*ALL_OF_THEM, "p:gone:website"])), st.lists(st.sampled_from(["website", "email"])))
def test_what_is_held_is_what_is_meant(named: list[Service | str], kinds: list[str]) -> None:
    ids = tuple(each if isinstance(each, str) else each.id for each in named)
    covers = Coverage(services=ids, kinds=tuple(kinds))
    meant = {each.id for each in covers.of(ALL_OF_THEM)}
    assert set(covers.held(ALL_OF_THEM)) == ({ALL} if covers.is_all else meant or {NONE})
    assert meant <= set(ids) or not ids
