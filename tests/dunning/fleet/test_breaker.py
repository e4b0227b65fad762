"""How many suspensions and deletions happen by themselves (promise 10), and what a person's word does to a case."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.settings.settings import Settings
from dunning.case.case import Case
from dunning.case.decisions import Perform, Reinstate, Wait
from dunning.case.facts import Reconsider
from dunning.case.orders import DeleteOrder, RestrictOrder
from dunning.case.results import Deferred
from dunning.fleet.breaker import (
    ADMITTED,
    ALLOWED,
    DEFERRED,
    DELETE,
    KEPT,
    SUSPEND,
    Books,
    Limits,
    Stopped,
    breaker_alert,
    by_policy,
    counted,
    fullest,
    reason,
)
from dunning.level import Level
from dunning.records.effects import Consequence, Counted, Ruling
from dunning.rules.deferrals import reconsidered
from dunning.rules.machine import decide
from dunning.rules.record import recorded
from dunning.tickets.fleet import breaker_decided
from tests.dunning.evenings import ASO, moment, step
from tests.dunning.examples import pays

AT = datetime(2026, 12, 25, 14, tzinfo=UTC)
HOUR = timedelta(hours=1)


def asked(name: str, at: datetime = AT, action: Counted = SUSPEND) -> Consequence:
    return Consequence(key=f"{name}:{action}", account=f"a-{name}", invoice=name, action=action, at=at, status=ADMITTED)


def books(fleet: int = 0) -> Books:
    return Books(fleet=fleet, rows={}, incidents={})


@pytest.mark.promise(10)
@pytest.mark.parametrize(
    ("fleet", "allowed"),
    [(0, 10), (1, 10), (200, 10), (201, 11), (1000, 50), (4000, 200), (4001, 200), (100_000, 200)],
)
def test_the_limit_is_a_share_of_the_fleet_between_least_and_most(fleet: int, allowed: int) -> None:
    assert Limits().allowed(fleet) == allowed


def test_the_settings_have_the_same_defaults() -> None:
    fields = Settings.model_fields
    assert (
        Limits(**{name: fields[f"breaker_{name}"].default for name in ("most", "least", "share", "hours")}) == Limits()
    )


def test_a_share_is_not_a_hair_more_than_it_is() -> None:
    assert Limits(least=0, share=0.07).allowed(100) == 7
    assert Limits(most=3, least=10).allowed(1000) == 3, "most wins"


@pytest.mark.promise(10)
@pytest.mark.parametrize(
    ("level", "held", "action"),
    [
        (Level.WARNED, Level.ACTIVE, None),
        (Level.LOCKED, Level.WARNED, None),
        (Level.SUSPENDED, Level.ACTIVE, SUSPEND),
        (Level.SUSPENDED, Level.LOCKED, SUSPEND),
        (Level.INACTIVE, Level.LOCKED, SUSPEND),
        (Level.INACTIVE, Level.SUSPENDED, None),
        (Level.SUSPENDED, Level.SUSPENDED, None),
    ],
)
def test_what_cuts_a_customer_off_for_the_first_time_is_a_suspension(
    level: Level, held: Level, action: str | None
) -> None:
    order = RestrictOrder(invoice="INV-1", account="a", step="s", at=AT, today=AT.date(), level=level, held=held)
    assert counted(order) == action


@pytest.mark.promise(10)
def test_a_chargeback_s_restriction_and_every_deletion_count() -> None:
    chargeback = RestrictOrder(
        invoice="INV-1",
        account="a",
        step="chargeback:r-1",
        at=AT,
        today=AT.date(),
        level=Level.SUSPENDED,
        reason="chargeback",
    )
    assert counted(chargeback) == SUSPEND
    assert counted(DeleteOrder(invoice="INV-1", account="a", step="delete", at=AT, today=AT.date())) == DELETE
    back_ups = DeleteOrder(invoice="INV-1", account="a", step="delete-backups", at=AT, today=AT.date(), backups=True)
    assert counted(back_ups) == DELETE


def test_the_fullest_window_is_the_one_that_counts_whether_it_ends_before_or_after() -> None:
    day = timedelta(days=1)
    spread = [AT - 20 * HOUR, AT - 3 * HOUR, AT + HOUR, AT + 2 * HOUR, AT + 20 * HOUR]
    assert fullest(AT, spread, day) == 4, "from 3 hours before to 21 hours after"
    assert fullest(AT, spread, timedelta(hours=2)) == 1
    assert fullest(AT, [AT - day, AT + day], day) == 0, "a day apart is another window"
    assert fullest(AT, [AT, AT], day) == 2


@pytest.mark.promise(10)
def test_once_it_has_tripped_everything_of_that_kind_waits_and_the_other_kind_does_not() -> None:
    limits, seen = Limits(least=2, share=0), books()
    answers = [seen.answer(asked(name), limits) for name in ("1", "2", "3")]
    assert [row.status for row in answers] == [ADMITTED, ADMITTED, DEFERRED]
    later = seen.answer(asked("4", AT + 100 * HOUR), limits)
    assert (later.status, later.incident) == (DEFERRED, "3:suspend"), "a person is being asked, room or not"
    assert seen.answer(asked("1", action=DELETE), limits).status == ADMITTED


@pytest.mark.promise(10)
def test_a_repeat_is_answered_as_before_and_one_that_did_not_happen_counts_anew() -> None:
    limits, seen = Limits(least=2, share=0), books()
    first = seen.answer(asked("1"), limits)
    seen.answer(asked("2", AT + 30 * HOUR), limits)
    assert seen.answer(asked("1"), limits) is first
    assert seen.answer(asked("1", AT + 31 * HOUR), limits).at == AT + 31 * HOUR
    assert seen.answer(asked("3", AT + 32 * HOUR), limits).status == DEFERRED, "its new time counts"
    for status in (ALLOWED, KEPT):
        seen.rows["3:suspend"] = asked("3").model_copy(update={"status": status})
        assert seen.answer(asked("3", AT + 99 * HOUR), limits).status == status


_MINUTES = st.integers(0, 3 * 24 * 60)
_ASKING = st.tuples(st.integers(0, 30), _MINUTES, st.sampled_from([SUSPEND, DELETE]))


@pytest.mark.promise(10)
@given(calls=st.lists(_ASKING, max_size=60), least=st.integers(0, 5), resolved=st.sets(st.integers(0, 60)))
def test_never_more_than_allowed_in_any_window_whatever_the_order(
    calls: list[tuple[int, int, Counted]], least: int, resolved: set[int]
) -> None:
    """`resolved`: before these calls a person had decided about everything, so that there is no incident any more."""
    limits, seen = Limits(least=least, share=0, hours=24), books()
    for place, (name, minutes, action) in enumerate(calls):
        if place in resolved:
            seen.incidents.clear()
        seen.answer(asked(str(name), AT + timedelta(minutes=minutes), action), limits)
    for action in (SUSPEND, DELETE):
        times = [row.at for row in seen.rows.values() if row.status == ADMITTED and row.action == action]
        for start in times:
            assert sum(start <= each < start + limits.window for each in times) <= least


def test_the_alert_lists_what_happened_and_names_the_commands() -> None:
    first = asked("INV-3").model_copy(update={"status": DEFERRED, "incident": "INV-3:suspend"})
    ticket = breaker_alert(first, [asked(f"OLD-{n}", AT - (30 - n) * HOUR / 2) for n in range(25)], Limits())
    assert (ticket.key, ticket.account, ticket.subject) == (
        ":breaker:INV-3:suspend",
        "",
        "The breaker stopped all suspensions",
    )
    lines = ticket.body.splitlines()
    assert lines[0] == (
        "25 suspensions happened within 24 hours of the first one below, "
        "as many as the settings allow (most 200, least 10, 5.0% of the fleet)."
    )
    assert "- 2026-12-25 14:00Z suspend: invoice INV-3, account a-INV-3" in lines
    assert "    starter.py breaker allow --incident INV-3:suspend --most 100 --by YOU --reason WHY" in lines
    assert [line for line in lines if "OLD-24" in line], "the latest first"
    assert lines[-1] == "- and 5 more"


def test_a_decision_is_written_down_with_who_made_it_and_about_what() -> None:
    note = breaker_decided([asked("INV-3")], Ruling(ALLOWED, "ana", "looked at them"), AT)
    assert note.subject == "The breaker: 1 suspension allowed by ana"
    assert note.key == ":breaker-allowed:INV-3:suspend"
    assert note.body == "Reason: looked at them\n- 2026-12-25 14:00Z suspend: invoice INV-3, account a-INV-3"
    both = breaker_decided([asked("INV-4"), asked("INV-4", action=DELETE)], Ruling(KEPT, "ben", "x"), AT)
    assert both.subject == "The breaker: 1 suspension and 1 deletion kept from happening by ben"


def test_policies_are_counted_with_the_most_first() -> None:
    rows = [Stopped(**asked(str(n)).model_dump(), policy="b" if n else "a") for n in range(3)]
    assert by_policy([*rows, Stopped(**asked("9").model_dump())]) == "b 2, a 1, no policy known 1"


# A person lets it happen: the case


def stopped(name: str = "suspend") -> tuple[Case, datetime]:
    """A case whose step was put off for six hours."""
    case, now = moment(ASO, 9)
    later = Deferred(until=now + 60 * HOUR, reason=reason(asked("INV-1").model_copy(update={"status": DEFERRED})))
    return recorded(case, step(case, name), later, now), now + 48 * HOUR


@pytest.mark.promise(10)
@pytest.mark.parametrize("ordered", ["suspend", "suspend:2"])
def test_an_allowance_lets_the_step_happen_at_once(ordered: str) -> None:
    case, now = stopped()
    waiting = decide(case, now)
    assert isinstance(waiting, Wait)
    assert waiting.why == "the breaker stopped too many suspensions at once; a person decides (starter.py breaker show)"
    allowed = reconsidered(case, Reconsider(step=ordered, by="ana"), now)
    step_now = decide(allowed, now)
    assert isinstance(step_now, Perform)
    assert step_now.milestone.name == "suspend"
    assert allowed.deferrals[0].until == now
    assert allowed.deferrals[0].reason.endswith("; allowed by ana")


@pytest.mark.parametrize("ordered", ["delete", "suspend:x", "suspend:2:3", "suspender"])
def test_an_allowance_of_another_step_lets_nothing_happen(ordered: str) -> None:
    case, now = stopped()
    assert isinstance(decide(reconsidered(case, Reconsider(step=ordered), now), now), Wait)


@pytest.mark.promise(10)
def test_an_allowance_that_comes_while_it_is_asked_for_is_not_lost_and_asks_once_more_only() -> None:
    case, now = stopped()
    asking = now + 60 * HOUR
    case = reconsidered(case, Reconsider(step="suspend"), asking)
    assert reconsidered(case, Reconsider(step="suspend"), asking) == case, "twice is once"
    no = Deferred(until=asking + 6 * HOUR, reason="the breaker had said no before")
    again = recorded(case, step(case, "suspend"), no, asking)
    assert isinstance(decide(again, asking), Perform)
    finally_no = recorded(again, step(case, "suspend"), no, asking)
    assert decide(finally_no, asking) == Wait(no.until, "suspend", no.reason)


@pytest.mark.promise(2)
def test_who_paid_meanwhile_is_left_alone() -> None:
    case, now = stopped()
    paid = pays()(case, now)
    after = reconsidered(paid, Reconsider(step="suspend"), now)
    assert isinstance(decide(after, now), Reinstate)
    assert decide(after, now) == decide(paid, now)
