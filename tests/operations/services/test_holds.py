"""Holds of people as a use case: what is refused changes nothing, and what is half done says so."""

import pytest

from composition import Composition
from dunning.case.orders import NoticeOrder
from dunning.level import Level
from dunning.ports.outages import OutageError
from operations.errors import NoSuchAccountError, RefusedError, UnfinishedError
from operations.services import holds
from operations.services.holds import LiftHold, PlaceHold, StaffHolds
from tests.operations.opening import new, now, opened


class Away:
    """No way to the customer."""

    async def send(self, order: NoticeOrder) -> None:
        del order
        raise OutageError("Temporal is away")


async def account(made: Composition, name: str) -> str:
    await opened(made, name, services=[{"user": name.lower()}])
    return f"of-{name}"


@pytest.mark.req("S2-16")
async def test_a_hold_is_placed_brought_to_another_level_and_lifted(made: Composition) -> None:
    name = await account(made, "OPHOLD-1")
    held = await made.holds.place(PlaceHold(name, "abuse", Level.SUSPENDED, "ann", "a test", silent=True))
    assert (held.changed, held.level, [each.source for each in held.holds]) == (True, Level.SUSPENDED, ["abuse"])
    assert not (await made.holds.place(PlaceHold(name, "abuse", Level.SUSPENDED, "ann", "a test", silent=True))).changed
    assert (
        await made.holds.place(PlaceHold(name, "abuse", Level.LOCKED, "ann", "a test", silent=True))
    ).level is Level.LOCKED
    (kept,) = await made.store.account_changes(name)
    assert (kept.what, kept.by) == (("hold abuse (suspended, placed by ann: a test) loosened to locked",), "ann")
    assert await made.holds.lift(LiftHold(name, "abuse", "ann", "a test")) == (True, ())
    assert await made.holds.lift(LiftHold(name, "abuse", "ann", "a test")) == (False, ())


@pytest.mark.parametrize(
    ("source", "level", "field"),
    [("OPHOLD-2", Level.SUSPENDED, "kind"), ("abuse", Level.DELETED, "level"), ("abuse", Level.ACTIVE, "level")],
)
async def test_what_no_person_may_ask_for_changes_nothing(
    made: Composition, source: str, level: Level, field: str
) -> None:
    name = await account(made, "OPHOLD-2")
    with pytest.raises(RefusedError) as refused:
        await made.holds.place(PlaceHold(name, source, level, "ann", "a test"))
    assert (refused.value.field, await made.store.holds(name)) == (field, ())


async def test_no_person_lifts_the_hold_of_an_invoice(made: Composition) -> None:
    name = await account(made, "OPHOLD-LIFT")
    with pytest.raises(RefusedError, match="one of abuse, dmca, tos, manual, not 'OPHOLD-LIFT'"):
        await made.holds.lift(LiftHold(name, "OPHOLD-LIFT", "ann", "a test"))


async def test_an_account_that_nobody_knows_is_refused(made: Composition) -> None:
    with pytest.raises(NoSuchAccountError):
        await made.holds.place(PlaceHold("OPHOLD-NOBODY", "abuse", Level.LOCKED, "ann", "a test"))
    with pytest.raises(NoSuchAccountError):
        await made.holds.lift(LiftHold("OPHOLD-NOBODY", "abuse", "ann", "a test"))


async def test_a_customer_who_was_not_told_is_a_thing_unfinished_and_the_hold_stands(made: Composition) -> None:
    name = await account(made, "OPHOLD-3")
    without = StaffHolds(made.services, Away(), now)
    with pytest.raises(UnfinishedError, match="are restricted, but the customer was not written to: Temporal is away"):
        await without.place(PlaceHold(name, "tos", Level.LOCKED, "ann", "a test"))
    assert [(each.source, each.level) for each in await made.store.holds(name)] == [("tos", Level.LOCKED)]


async def test_a_panel_that_is_away_leaves_the_hold_written_down(made: Composition) -> None:
    wanted = new("OPHOLD-4", services=[{"user": "ophold4", "panel": "nowhere"}])
    await made.open_invoice.open(wanted, made.check_invoice.check(new("OPHOLD-4")))
    with pytest.raises(UnfinishedError, match="of-OPHOLD-4: the holds are written down, but the services are not"):
        await made.holds.place(PlaceHold("of-OPHOLD-4", "abuse", Level.LOCKED, "ann", "a test", silent=True))
    assert [each.source for each in await made.store.holds("of-OPHOLD-4")] == ["abuse"]
    await made.store.replace_holds("of-OPHOLD-4", await made.store.holds("of-OPHOLD-4"), ())


async def test_who_lifted_a_hold_is_kept_once_however_often_an_outage_has_it_repeated(
    made: Composition, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = await account(made, "OPHOLD-NOTED")
    await made.holds.place(PlaceHold(name, "abuse", Level.LOCKED, "ann", "a test", silent=True))
    asked = LiftHold(name, "abuse", "bea", "it is over")

    async def away(*_: object, **__: object) -> bool:
        raise OutageError("the store went away in between")

    with monkeypatch.context() as patched:
        patched.setattr(holds, "lift_hold", away)
        with pytest.raises(OutageError):
            await made.holds.lift(asked)
    assert (await made.holds.lift(asked)).changed
    assert [each.what for each in await made.store.account_changes(name)] == [
        ("hold abuse (locked, placed by ann: a test) lifted",)
    ]
    await made.holds.place(PlaceHold(name, "abuse", Level.LOCKED, "ann", "a test", silent=True))
    await made.holds.lift(asked)
    assert len(await made.store.account_changes(name)) == 2, "another hold, another lifting"
