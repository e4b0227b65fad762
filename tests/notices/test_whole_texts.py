"""The words of every notice of every policy, whole, as its customer reads them (S2-23 to S2-25, S3-19)."""

import pytest

from adapters.settings.policies import load_policy
from adapters.templates.files import slug
from tests.notices.written import CASES, LOCALES, POLICIES, SNAPSHOTS, file, rows, whole

SOURCES = {
    "a-small-orange": (
        "Customer Invoice",
        "First Invoice Overdue Notice",
        "Second Invoice Overdue Notice",
        "Credit Card Payment failed",
        "Invoice Payment Confirmation",
    ),
    "courtesy-5-10-35": ("Invoice Reminder: Services Suspended",),
}


@pytest.mark.req("S2-23", "S2-24", "S2-25", "S3-19")
@pytest.mark.parametrize(("policy", "locale"), CASES)
def test_every_word_is_as_it_was_read_and_committed(policy: str, locale: str) -> None:
    """Words changed on purpose? `python -m tests.notices.written` writes the files; read their difference."""
    assert whole(policy, locale) == file(policy, locale).read_text(encoding="utf-8")


def test_nothing_is_kept_of_a_policy_that_is_gone() -> None:
    assert {path.name for path in SNAPSHOTS.iterdir()} == {file(*case).name for case in CASES}


@pytest.mark.req("S2-23", "S2-24", "S2-25", "S3-19")
@pytest.mark.parametrize("policy", SOURCES)
def test_the_subjects_are_the_sources_own_names_in_english(policy: str) -> None:
    assert set(SOURCES[policy]) <= {row.subject for row in rows(policy, "en_US")}


@pytest.mark.req("S3-04")
@pytest.mark.parametrize(("policy", "locale"), CASES)
def test_every_notice_says_what_is_next_and_one_that_asks_for_money_says_when_and_how_to_stop_it(
    policy: str, locale: str
) -> None:
    heading, stop, pay = {
        "en_US": ("What happens next", "stops this and every later step", "Pay this invoice"),
        "de_DE": ("Wie es weitergeht", "entfallen dieser und alle weiteren Schritte", "Diese Rechnung bezahlen"),
    }[locale]
    for row in rows(policy, locale):
        order, text = row.notice.order, " ".join(row.content.text.split())
        assert heading in text, row.file
        if order.next_at and order.balance.minor > 0:
            assert stop in text, row.file
            assert pay in text, row.file
        if order.invoice:
            assert f"https://portal.example/pay/{order.invoice}?s=" in text, row.file
            assert "https://portal.example/pay/help" in text, row.file


def test_every_title_that_a_policy_names_is_among_them() -> None:
    for name in dict(CASES):
        policy = load_policy(name, POLICIES)
        titles = {policy.payment_notice, policy.taken_back.notice}
        for step in policy.milestones:
            titles |= {step.notice, step.notice_failed, step.notice_no_method}
        shown = {slug(row.notice.order.title) for row in rows(name, LOCALES[0])}
        assert {slug(title) for title in titles if title} <= shown, name
