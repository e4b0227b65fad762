"""How long records are kept: by setting, for ever, and never so short that the product misses them."""

from datetime import UTC, datetime, timedelta

import pytest

from dunning.fleet.report import details
from dunning.keeping.kinds import LIVES, Kind, checked, over_before
from dunning.keeping.purge import PurgeReport

NOW = datetime(2026, 12, 1, tzinfo=UTC)


def test_what_is_kept_for_ever_is_never_over() -> None:
    lives = {kind: life.days for kind, life in LIVES.items()}
    assert over_before(Kind.TICKETS, lives, NOW) == NOW - timedelta(days=730)
    assert over_before(Kind.TICKETS, {**lives, Kind.TICKETS: 0}, NOW) is None


@pytest.mark.parametrize("kind", Kind)
def test_no_kind_may_be_kept_shorter_than_the_product_needs_it(kind: Kind) -> None:
    least = LIVES[kind].least
    assert (checked(kind, 0), checked(kind, least)) == (0, least)
    for days in (-1, 1, least - 1):
        with pytest.raises(ValueError, match=f"it has to be {least} days or more, or 0 for ever: "):
            checked(kind, days)
    assert LIVES[kind].days >= least


def test_the_parts_of_a_report_add_up_and_it_says_what_was_removed() -> None:
    nothing = PurgeReport(at=NOW)
    report = nothing + PurgeReport(at=NOW, removed={"tickets": 2}) + PurgeReport(at=NOW, removed={"tickets": 1})
    report += PurgeReport(at=NOW, removed={"inbox": 1_200, "notices": 0})
    assert report.removed == {"tickets": 3, "inbox": 1_200}
    assert report.headline == "Purge of 2026-12-01: 1,203 rows removed"
    assert details(report) == "- **closed tickets** 3\n- **webhooks and commands** 1,200"
    assert (nothing.headline, [*nothing.lines()]) == (
        "Purge of 2026-12-01: 0 rows removed",
        ["- nothing has been kept for as long as the settings say"],
    )
