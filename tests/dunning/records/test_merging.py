"""Two accounts become one: no service is held otherwise than before, no address, payer or exemption is lost."""

from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from dunning.coverage import ALL, NONE
from dunning.holds import Hold, touching
from dunning.level import Level, strictest
from dunning.records.accounts import Account, Contact, Service, is_exempt
from dunning.records.merging import held_by_people, merge_of, of_both, pays_for, same_places

AT = datetime(2026, 12, 1, tzinfo=UTC)
TODAY = date(2026, 12, 1)
USERS = ("u1", "u2", "u3", "u4")
INVOICES = ("i-1", "i-2")
DAYS = st.sampled_from((None, date(2026, 11, 1), date(2026, 12, 24)))
EMAILS = st.lists(st.sampled_from(("a@x.example", "A@X.example", "b@x.example", "c@x.example")), unique=True)


@st.composite
def accounts(draw: st.DrawFn, name: str, payers: st.SearchStrategy[str]) -> Account:
    users = draw(st.lists(st.sampled_from(USERS), unique=True))
    services = [
        Service(id=f"sandbox:{user}:website", account=name, user=user, exempt_until=draw(DAYS)) for user in users
    ]
    contacts = [Contact(account=name, email=email, rank=rank) for rank, email in enumerate(draw(EMAILS))]
    return Account(
        id=name,
        name=name,
        payer=draw(payers),
        exempt_until=draw(DAYS),
        contacts=tuple(contacts),
        services=tuple(services),
    )


@st.composite
def held(draw: st.DrawFn, account: Account, sources: tuple[str, ...]) -> tuple[Hold, ...]:
    places = (ALL, NONE, *(each.id for each in account.services))
    keys = draw(st.lists(st.tuples(st.sampled_from(places), st.sampled_from(sources)), unique=True, max_size=4))
    levels = st.sampled_from((Level.LOCKED, Level.SUSPENDED))
    return tuple(
        Hold(account=account.id, service=service, source=source, level=draw(levels), since=AT)
        for service, source in keys
    )


def asked(service: str, source: str, holds: tuple[Hold, ...]) -> Level:
    return strictest(each.level for each in touching(service, holds) if each.source == source)


def test_an_address_that_mail_came_back_from_is_not_written_to_in_other_letters_either() -> None:
    back = Contact(account="one", email="Ann@x.example", bounced_at=AT, bounce="5.1.1")
    fine = Contact(account="into", email="ann@x.example")
    one, into = Account(id="one", name="one", contacts=(back,)), Account(id="into", name="into", contacts=(fine,))
    (kept,) = merge_of(one, into).both.contacts
    assert (kept.email, kept.bounced_at, kept.bounce) == ("ann@x.example", AT, "5.1.1")
    (kept,) = merge_of(into, one).both.contacts
    assert (kept.email, kept.bounce) == ("Ann@x.example", "5.1.1")


ONE, INTO = accounts("one", st.sampled_from(("", "p-1"))), accounts("into", st.sampled_from(("", "p-2")))


@given(st.data(), ONE, INTO)
def test_no_service_is_held_otherwise_by_any_invoice_than_before(
    data: st.DataObject, one: Account, into: Account
) -> None:
    merge = merge_of(one, into)
    of_one, of_into = data.draw(held(one, ("i-1", "i-2"))), data.draw(held(into, ("j-1",)))
    after = of_both((*of_one, *of_into), merge)
    assert {each.account for each in after} <= {"into"}
    assert {each.source for each in after} == {each.source for each in (*of_one, *of_into)}, "no invoice loses its hold"
    for account, before in ((one, of_one), (into, of_into)):
        ids = [each.id for each in account.services]
        for source in {each.source for each in before}:
            for service in merge.both.services:
                wanted = asked(service.id, source, before) if service.id in ids else Level.ACTIVE
                assert asked(service.id, source, after) == wanted


@given(ONE, INTO)
def test_an_invoice_for_everything_pays_for_what_its_account_had(one: Account, into: Account) -> None:
    merge = merge_of(one, into)
    for account, other in ((one, into), (into, one)):
        named = pays_for(account, merge)
        its = {each.id for each in merge.both.services if not named or each.id in named}
        assert its >= {each.id for each in account.services}
        assert its - {each.id for each in account.services} <= ({*()} if other.services else its)


@given(ONE, INTO)
def test_nobodys_address_service_payer_or_exemption_is_lost(one: Account, into: Account) -> None:
    both = merge_of(one, into).both
    assert [each.email for each in both.contacts][: len(into.contacts)] == [each.email for each in into.contacts]
    written = [each.email.casefold() for each in both.contacts]
    assert {*written} == {each.email.casefold() for each in (*one.contacts, *into.contacts)}
    assert [each.rank for each in both.contacts] == sorted(each.rank for each in both.contacts)
    assert [each.id for each in both.services].count("sandbox:u1:website") <= 1
    assert {each.id for each in both.services} == {each.id for each in (*one.services, *into.services)}
    assert {each.account for each in (*both.contacts, *both.services)} <= {"into"}
    assert {both.payer, *both.old_payers} - {""} == {one.payer, into.payer} - {""}
    assert both.payer == (into.payer or one.payer)
    for account in (one, into):
        for service in account.services:
            assert is_exempt(both, [service.id], TODAY) >= is_exempt(account, [service.id], TODAY)


def test_a_hold_of_a_person_on_a_whole_account_and_two_ids_of_one_place_are_seen() -> None:
    service = Service(id="sandbox:u:website", account="one", user="u")
    moved = Service(id="old:u:website", account="into", user="u")
    one, into = Account(id="one", name="", services=(service,)), Account(id="into", name="", services=(moved,))
    assert same_places(one, into) == (service,)
    abuse = Hold(account="one", source="abuse", level=Level.SUSPENDED, since=AT)
    invoice = Hold(account="one", source="i-1", level=Level.SUSPENDED, since=AT)
    assert held_by_people((abuse, invoice), merge_of(one, into)) == (abuse,)
    empty = Account(id="into", name="")
    assert held_by_people((abuse, invoice), merge_of(one, empty)) == ()
