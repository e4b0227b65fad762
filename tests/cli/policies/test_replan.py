"""`replan` on the real server: told first; then each case follows the other plan, and its customer reads it."""

import pytest

from dunning.rules.replan import TERMS_CHANGED
from sandbox.stage.stage import Stage
from tests.cli.command import Operate
from tests.server.playing import begin

OLD, NEW = "whmcs-default", "a-small-orange"
WHO = ("--by", "ana", "--reason", "terms of 2027")


@pytest.mark.req("S3-01")
async def test_open_invoices_follow_the_rule_from_the_day_that_it_names(a_stage: Stage, operate: Operate) -> None:
    life = await begin(a_stage, "REPLAN-1", OLD, decline=99)
    await life.to_day(3)
    its = ("replan", OLD, NEW, "--invoice", "REPLAN-1")
    early = await operate(*its, *WHO, "--rule", "new", "--due-from", "2099-01-01", "--yes")
    assert (early.status, early.out.splitlines()[-1]) == (0, "Nothing was moved.")
    for rule in ("old", "kinder"):  # that one becomes inactive under it, as it would not under its own
        kept = await operate(*its, *WHO, "--rule", rule, "--yes")
        assert kept.out.startswith(f"By the rule {rule}, 0 open invoice(s) of {OLD} follow {NEW}, 1 do not.")
    told = await operate(*its, *WHO, "--rule", "new")
    assert "  1 would be suspended 5 days later" in told.out.splitlines()
    assert "Nothing was changed; say --yes to move them." in told.out
    assert (await life.case()).plan.policy == OLD

    done = await operate(*its, *WHO, "--rule", "new", "--yes", "--json")
    assert (done.status, done.json["results"]) == (0, [{"invoice": "REPLAN-1", "result": "moved", "reason": ""}])
    await life.to_day(4)
    mails = (await a_stage.companies.mail.books()).to(life.email)
    (new_days,) = [mail for mail in mails if mail.subject == TERMS_CHANGED]
    suspended = life.moment(10, 0)
    assert f"{suspended:%B} {suspended.day}" in " ".join(new_days.text.split())
    case = await life.case()
    assert [each.what for each in case.decided] == [f"moved to the policy {NEW}"]
    again = await operate(*its, *WHO, "--rule", "new", "--yes")
    assert again.out.splitlines()[-1] == "Nothing was moved."

    await life.to_day(9)
    assert await life.levels() == []
    await life.to_day(11)
    assert await life.levels() == ["suspended"]
    assert (await life.mails()).count(TERMS_CHANGED) == 1
    await life.signal()
    assert await life.outcome() == "paid"


async def test_what_nobody_can_mean_is_refused(operate: Operate) -> None:
    for words, said in (
        (("replan", OLD, "draft.toml", "--rule", "new", *WHO), "name a policy of the policies folder"),
        (("replan", OLD, NEW, "--rule", "new", "--by", "ana", "--reason", " "), "say who decides this, and why"),
        (("replan", OLD, NEW, "--rule", "new", "--due-from", "soon", *WHO), "'soon' is not a date"),
        (("replan", OLD, "nothing", "--rule", "new", *WHO), "nothing"),
    ):
        refused = await operate(*words)
        assert (refused.status, refused.out) == (2, "")
        assert said in refused.err


async def test_a_number_that_no_open_invoice_has_is_named(a_stage: Stage, operate: Operate) -> None:
    words = ("replan", OLD, NEW, "--invoice", "NO-SUCH-1", "--rule", "new", "--by", "ana", "--reason", "test")
    said = await operate(*words)
    assert said.status == 0
    assert f"Not open under {OLD}, now: NO-SUCH-1." in said.out
    assert (await operate(*words, "--json")).json["not_open_under_old"] == ["NO-SUCH-1"]
