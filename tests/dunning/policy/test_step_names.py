"""The grammar of step names: what is written is read back, and no two steps share a name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunning.explain import because
from dunning.policy.plan import MILESTONE_ACTIONS, Action
from dunning.policy.step_kinds import About, StepKind
from dunning.policy.step_names import (
    RESERVED,
    StepName,
    charge_key,
    in_turn,
    key,
    key_of_notice,
    made_for,
    notice_id,
    read,
    step,
    step_of,
    told,
)

MILESTONES = st.from_regex(r"[a-z0-9-]{1,12}", fullmatch=True).filter(lambda name: name not in RESERVED)
IDS = st.text(alphabet=st.sampled_from(":%3A25agintolds-1_é "), max_size=12) | st.text(max_size=8)


@st.composite
def names(draw: st.DrawFn) -> StepName:
    kind = draw(st.sampled_from(StepKind))
    form = kind.value
    ids = (draw(MILESTONES),) if kind is StepKind.MILESTONE else tuple(draw(IDS) for _ in range(form.ids))
    if form.ends:
        return StepName(kind, ids)
    return StepName(
        kind,
        ids,
        told=draw(st.booleans()),
        again=draw(st.integers(0, 20)),
        bounced=draw(st.integers(0, 20)),
        turn=draw(st.integers(1, 20)),
        about=draw(st.none() | st.sampled_from(About)),
    )


@given(names())
def test_what_is_written_is_read_back(name: StepName) -> None:
    assert read(str(name)) == name


@given(names(), names())
def test_two_steps_never_share_a_name(one: StepName, other: StepName) -> None:
    assert (str(one) == str(other)) == (one == other)


@pytest.mark.parametrize("kind", StepKind)
def test_every_kind_survives_ids_that_look_like_the_rest_of_a_name(kind: StepKind) -> None:
    ids = ("suspend",) if kind is StepKind.MILESTONE else ("a:told:again:bounced:1:2:undelivered%3A",) * kind.value.ids
    name = StepName(kind, ids)
    assert read(str(name)) == name
    if not kind.value.ends:
        for more in (told(str(name)), in_turn(str(name), 2), made_for(str(name), About.UNDELIVERED)):
            assert read(more).base == name


@given(IDS, names(), st.integers(0, 99))
def test_keys_and_notices_lead_back_to_their_step(account: str, name: StepName, rank: int) -> None:
    del account
    for invoice in ("INV-1042", ""):
        known_by = key(invoice, str(name))
        assert read(step_of(known_by)) == name
        assert key_of_notice(notice_id(known_by, rank)) == known_by
        assert key_of_notice(charge_key(invoice, str(name))) == known_by


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("suspend", None),
        ("suspend:2", None),
        ("suspend:told", Action.NOTIFY),
        ("first-overdue:again:2", Action.NOTIFY),
        ("suspend:again:bounced:1", Action.NOTIFY),
        ("confirm:pi_1", Action.NOTIFY),
        ("confirm:pi_1:undelivered", Action.TICKET),
        ("refund:a%3Ab", Action.REFUND),
        ("deletion:told", Action.NOTIFY),
        ("chargeback:dp_1", None),
        ("hold:bakery::abuse:suspended:20261201T090000Z:undelivered", Action.TICKET),
    ],
)
def test_a_name_says_what_its_step_does(text: str, action: Action | None) -> None:
    assert str(read(text)) == text
    assert read(text).action == action


@pytest.mark.parametrize(
    "wrong", ["confirm", "hold:bakery", "suspend:toldd", "suspend:again", "suspend:told:1:2:3", "a:b:c"]
)
def test_what_is_no_name_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"no step is called|is not a valid About|invalid literal"):
        read(wrong)


@pytest.mark.parametrize(
    ("kind", "ids"), [(StepKind.CONFIRM, ()), (StepKind.CLOSE, ("1", "2")), (StepKind.MILESTONE, ("undo",))]
)
def test_ids_that_do_not_fit_their_kind_are_refused(kind: StepKind, ids: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="no step is called"):
        StepName(kind, ids)


def test_no_milestone_is_called_like_a_kind_by_default() -> None:
    assert not RESERVED.intersection(action.value.replace("_", "-") for action in MILESTONE_ACTIONS)


def test_a_step_s_word_is_its_own() -> None:
    assert len(RESERVED) == len(StepKind) - 1


def test_every_follow_up_is_explained() -> None:
    """A kind that is no ticket, line or notice outside of cases has words for why it happened."""
    beside = {StepKind.MILESTONE, StepKind.HOLD, StepKind.PAY_PAGE, StepKind.DELETION}
    asked = {kind for kind in StepKind if kind.value.action is not Action.TICKET and not kind.value.ends}
    assert set(because.WORDS) == asked - beside


def test_names_stay_readable() -> None:
    assert step(StepKind.CONFIRM, "pi_1") == "confirm:pi_1"
    assert step(StepKind.CLOSE, 3) == "close:3"
    assert step(StepKind.OUTSIDE_CONTACT) == "outside-contact"
    assert step(StepKind.WAIVE, "suspend:reactivation-fee") == "waive:suspend:reactivation-fee"
    assert step(StepKind.CONFIRM, "a:b") == "confirm:a%3Ab"
