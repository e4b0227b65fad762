"""A case that has become very large: a person hears of it once, and further parts are refused while there is room."""

import pytest
from hypothesis import given

from dunning.case import size as module
from dunning.case.case import Case, open_case
from dunning.case.decisions import Perform
from dunning.case.facts import Payment
from dunning.case.ledger import find
from dunning.case.results import Noted
from dunning.case.size import FEW, FULL, LARGE, size
from dunning.case.update import changed
from dunning.money import Money
from dunning.policy.step_kinds import StepKind
from dunning.rules import follow_ups, updates
from dunning.rules.machine import decide
from dunning.rules.money_in import paid
from dunning.rules.record import recorded
from dunning.rules.updates import no_room_for
from tests.dunning.case.test_long_cases import MOST, long_case
from tests.dunning.evenings import ASO
from tests.dunning.examples import at, before_issue, opened
from tests.dunning.life import Life
from tests.dunning.lives import LIVES, lives

NOW = at(opened(ASO), 0)


def part(amount: str = "USD 1.00", name: str = "another") -> Payment:
    return Payment(id=name, amount=Money.parse(amount), at=NOW)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Case:
    """A case of three payments that is large and full."""
    monkeypatch.setattr(module, "FEW", 3)
    monkeypatch.setattr(follow_ups, "LARGE", 300)
    monkeypatch.setattr(updates, "FULL", 600)
    case = open_case(opened(ASO), before_issue(opened(ASO)))
    for number in range(3):
        case = paid(case, part(name=f"p-{number}"))
    return case


def test_the_size_is_about_that_of_the_message() -> None:
    case = long_case(ASO)
    encoded = len(case.model_dump_json())
    assert encoded * 0.9 < size(case) < encoded * 1.2
    half = changed(case, done=case.done[: len(case.done) // 2])
    assert len(half.model_dump_json()) * 0.9 < size(half) < len(half.model_dump_json()) * 1.2


def test_the_limits_lie_in_order_long_before_the_server_s() -> None:
    assert LARGE * 1.2 < FULL < FULL * 1.2 < MOST
    assert FEW * 2000 <= LARGE, "so many of the longest lines are no large case yet"


@LIVES
@given(lives())
def test_no_common_life_is_large(life: Life) -> None:
    assert size(life.case) == 0


def test_a_person_hears_of_it_once(small: Case) -> None:
    tickets: list[str] = []
    for _ in range(50):
        step = decide(small, NOW)
        if not isinstance(step, Perform):
            break
        if step.milestone.name == StepKind.LARGE_CASE.value.word:
            tickets.append(step.milestone.name)
        small = recorded(small, step.milestone, Noted(), NOW)
    assert len(tickets) == 1


def test_while_there_is_room_every_part_is_taken() -> None:
    case = long_case(ASO)
    assert LARGE < size(case) < FULL
    assert no_room_for(case, part()) == ""


def test_a_full_case_takes_no_further_part_and_says_what_to_do(small: Case) -> None:
    reason = "the invoice has 3 payments and takes no further part: pay the rest of it in one"
    assert no_room_for(small, part()) == reason
    assert no_room_for(small, part("EUR 99.00")) == reason, "it would only be parked"
    assert no_room_for(changed(small, lapsed=True), part("USD 99.00")) == reason, "this would, too"


def test_a_full_case_answers_again_to_what_it_has_and_takes_what_pays_the_rest(small: Case) -> None:
    assert no_room_for(small, part(name="p-1")) == ""
    rest = part(str(small.balance))
    assert no_room_for(small, rest) == ""
    after = paid(small, rest)
    assert after.paid_up
    assert find(after.entries, rest.id, (after.entries[-1].kind,))
