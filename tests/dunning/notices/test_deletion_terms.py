"""What notices say before and after a deletion: whether a back-up exists, and what a restore costs."""

from datetime import datetime
from pathlib import Path

import pytest

from adapters.settings.policies import load_policy
from dunning.case.case import Case, Opened
from dunning.case.orders import NoticeOrder
from dunning.case.results import Deleted, Result
from dunning.money import Money
from dunning.policy.check import findings
from dunning.policy.file import RestorationRule
from dunning.policy.plan import Action, Milestone, Restoration
from dunning.rules.order_for import order_for
from tests.dunning.examples import FOLDER, approves, at, opened, pays, policy, takes_back
from tests.dunning.life import Fact, Life, live
from tests.dunning.world import World

ASO, COURTESY, HOTDOODLE, WHMCS = "a-small-orange", "courtesy-5-10-35", "hotdoodle", "whmcs-default"


class Panels(World):
    """The panel says whether back-ups are there once the services are deleted."""

    backups: bool | None = None

    def answer(self, case: Case, milestone: Milestone, now: datetime) -> Result:
        if milestone.action is Action.DELETE:
            return Deleted(services=("s",), backups=self.backups)
        return super().answer(case, milestone, now)


def deleted(start: Opened, *facts: tuple[int, Fact], backups: bool | None = None, last: int = 130) -> Life:
    world = Panels(charges=["declined", "declined"])
    world.backups = backups
    agreed = (approves("delete"), approves("terminate"))
    moments = [(at(start, 100, minutes=30), fact) for fact in agreed]
    moments += [(at(start, day, minutes=30), fact) for day, fact in facts]
    return live(start, at(start, -15), sorted(moments, key=lambda each: each[0]), world, at(start, last))


def notices(life: Life) -> list[NoticeOrder]:
    """The orders of all notices, as their activities got them."""
    orders = [order_for(d.before, d.step, d.decided) for d in life.did if d.step and d.result.kind == "delivered"]
    return [order for order in orders if isinstance(order, NoticeOrder)]


def last_before(life: Life) -> NoticeOrder:
    (found,) = [notice for notice in notices(life) if notice.before_deletion]
    return found


def after(life: Life) -> NoticeOrder:
    (found,) = [notice for notice in notices(life) if notice.step == "deletion:told"]
    return found


def usd(text: str) -> Money:
    return Money.parse(f"USD {text}")


@pytest.mark.req("S3-26", "S4-12")
@pytest.mark.parametrize(
    ("name", "title"),
    [
        (ASO, "Your Services Will Be Deleted"),
        (COURTESY, "Your Services Will Be Deleted"),
        (HOTDOODLE, "Website Will Be Deleted"),
        (WHMCS, "Your Services Will Be Deleted"),
    ],
)
def test_one_notice_is_the_last_before_the_deletion(name: str, title: str):
    assert last_before(deleted(opened(name))).title == title


@pytest.mark.req("S3-26")
def test_where_back_ups_stay_the_hand_has_to_look_whether_there_are_any():
    notice = last_before(deleted(opened(COURTESY)))
    assert (notice.backups, notice.deleted) == (None, False)
    assert (notice.backup_fee, notice.archive_fee) == (usd("75.00"), None)


@pytest.mark.req("S4-12", "S4-13")
def test_back_ups_that_are_deleted_with_the_site_are_not_counted_on():
    notice = last_before(deleted(opened(HOTDOODLE)))
    assert (notice.backups, notice.backup_fee, notice.archive_fee) == (False, None, usd("150.00"))


@pytest.mark.req("S3-25", "S3-26")
@pytest.mark.parametrize("backups", [True, False, None])
def test_after_the_deletion_the_notice_says_whether_a_back_up_is_left(backups: bool | None):
    notice = after(deleted(opened(COURTESY), backups=backups))
    assert (notice.title, notice.deleted, notice.backups) == ("Services Deleted", True, backups)
    assert (notice.backup_fee, notice.archive_fee) == (usd("75.00"), None)
    assert not notice.before_deletion


@pytest.mark.req("S4-12", "S4-13")
def test_the_notice_comes_once_the_back_ups_are_gone_too_and_names_the_archive():
    life = deleted(opened(HOTDOODLE), backups=True)
    steps = [did.step.name for did in life.did if did.step]
    assert steps[steps.index("delete") :] == ["delete", "delete-backups", "deletion:told", "close:2"]
    assert (after(life).title, after(life).backups, after(life).archive_fee) == ("Website Deleted", False, usd("150"))


def test_a_voided_invoice_of_an_inactive_account_ends_with_the_notice_too():
    assert after(deleted(opened(ASO), backups=True)).backups is True


def test_who_has_paid_is_not_told_that_everything_is_lost():
    life = deleted(opened(COURTESY), (20, pays("USD 54.99")), last=60)
    assert [notice.title for notice in notices(life) if notice.deleted] == []
    assert life.outcome == "paid"


def test_money_taken_back_long_after_the_deletion_repeats_nothing():
    life = deleted(opened(COURTESY), (102, pays("USD 54.99")), (110, takes_back("USD 54.99")))
    assert [notice.step for notice in notices(life)].count("deletion:told") == 1


def test_a_policy_that_names_no_notice_writes_none():
    old = opened(COURTESY)
    quiet = old.plan.model_copy(update={"restoration": Restoration()})
    said = notices(deleted(old.model_copy(update={"plan": quiet})))
    assert "deletion:told" not in [notice.step for notice in said]


@pytest.mark.parametrize("key", ["backup_fee", "archive_fee"])
@pytest.mark.parametrize("fee", ["EUR 75.00", "USD 0"])
def test_a_fee_is_in_the_policy_s_currency_and_more_than_nothing(key: str, fee: str):
    terms = RestorationRule.model_validate({key: fee})
    wrong = policy(COURTESY).model_copy(update={"restoration": terms})
    assert [finding.key for finding in findings(wrong)] == [f"restoration.{key}"]


def test_a_typing_mistake_in_the_policy_is_refused(tmp_path: Path):
    text = (FOLDER / f"{COURTESY}.toml").read_text().replace("backup_fee", "backupfee")
    (tmp_path / "wrong.toml").write_text(text)
    with pytest.raises(ValueError, match=r"restoration\.backupfee"):
        load_policy("wrong", tmp_path)
