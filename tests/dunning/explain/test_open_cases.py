"""A case as a row, and as it will be after an activity: what the table of open cases is written from."""

import itertools
from datetime import timedelta

from hypothesis import given

from dunning.case.decisions import Finish, Wait
from dunning.case.results import Reinstated
from dunning.case.snapshot import packed, unpacked
from dunning.case.state import state
from dunning.explain.open_cases import after, as_at, row_of
from dunning.rules.machine import decide
from dunning.rules.record import recorded, reinstated
from tests.dunning.life import Life
from tests.dunning.lives import LIVES, lives


@LIVES
@given(lives())
def test_the_snapshot_and_the_result_give_the_very_case_that_is_recorded(life: Life) -> None:
    for did in life.did:
        foreseen = after(unpacked(packed(did.before)), did.decided, did.result, did.known)
        if isinstance(did.result, Reinstated):
            assert foreseen == reinstated(did.before, did.result, did.known)
        elif not isinstance(decide(did.before, did.decided), Wait) and did.step:
            assert foreseen in (recorded(did.before, did.step, did.result, did.known), did.before)


@LIVES
@given(lives())
def test_the_revision_grows_with_every_fact_and_never_goes_back(life: Life) -> None:
    story = [*(did.before for did in life.did), life.case]
    for before, later in itertools.pairwise(story):
        assert (later.generation, later.revision) > (before.generation, before.revision) or later == before
    for did in life.did:
        assert after(did.before, did.decided, did.result, did.known).revision <= did.before.revision + 1


@LIVES
@given(lives())
def test_the_row_says_what_the_case_says(life: Life) -> None:
    for case, now in ((life.case, life.now), *((did.before, did.decided) for did in life.did)):
        row, step = row_of(case, now), decide(case, now)
        if row is None:
            assert isinstance(step, Finish)
            continue
        assert (row.number, row.revision, row.balance) == (case.invoice.number, case.revision, case.balance)
        assert (row.state, row.level, row.due) == (state(case), case.level, case.invoice.due)
        assert row.coming_at == (step.until if isinstance(step, Wait) else now)
        assert unpacked(row.snapshot) == case


@LIVES
@given(lives())
def test_what_time_alone_changes_is_derived_at_reading(life: Life) -> None:
    row = row_of(life.case, life.now)
    for days in (0, 1, 40) if row else ():
        assert row is not None
        now = life.now + timedelta(days=days)
        read, fresh = as_at(row, now), row_of(life.case, now)
        if fresh is None or row.coming_at is None or row.coming_at > now:
            assert read == row
        else:
            assert (read.state, read.coming, read.coming_at) == (fresh.state, fresh.coming, fresh.coming_at)
            assert read.as_of == row.as_of, "it still says as of when its facts are"
