"""A policy's notices as a customer would read them: by the very parts that send, and nothing is sent."""

from datetime import date

import pytest

from adapters import mail
from adapters.settings.policies import load_policy
from adapters.settings.settings import ROOT
from adapters.templates import renderer
from composition import Composition
from dunning.forecast.sample_notices import sample_notices
from dunning.policy.file import Policy
from operations.errors import RefusedError
from operations.policies.preview import Preview, Previewed, PreviewOf

DUE = date(2026, 12, 1)


def policy(name: str) -> Policy:
    return load_policy(name, ROOT / "policies")


@pytest.fixture
def preview(made: Composition) -> Preview:
    settings = made.settings
    return Preview(renderer.renderer_from(settings), mail.mailer_from(settings), renderer.replies(settings))


def of(preview: Preview, name: str, locale: str = "en_US") -> list[Previewed]:
    return list(preview.of(PreviewOf(policy(name), DUE, locale)))


@pytest.mark.parametrize("name", ["a-small-orange", "hotdoodle"])
def test_every_notice_of_the_policy_is_there_once_in_its_order_with_its_whole_mail(preview: Preview, name: str) -> None:
    found = of(preview, name)
    assert [each.notice for each in found] == list(sample_notices(policy(name), DUE))
    assert len({each.mail["Message-ID"] for each in found}) == len(found) > 1
    for each in found:
        assert each.mail["Subject"] == each.content.subject
        body = each.mail.get_body(("plain",))
        assert body is not None
        assert body.get_content() == each.content.text


async def test_it_is_written_in_the_locale_and_nothing_is_kept(made: Composition, preview: Preview) -> None:
    english, german = of(preview, "hotdoodle"), of(preview, "hotdoodle", "de_DE")
    assert ("$19.99" in english[0].content.text, "19,99\N{NO-BREAK SPACE}$" in german[0].content.text) == (True, True)
    assert await made.store.account_notices(english[0].notice.order.account) == ()


@pytest.mark.parametrize("due", [date.max, date(9999, 11, 1)])
def test_dates_that_the_calendar_does_not_have_are_refused(preview: Preview, due: date) -> None:
    with pytest.raises(RefusedError, match="is too near the end of the calendar") as refused:
        list(preview.of(PreviewOf(policy("hotdoodle"), due, "en_US")))
    assert refused.value.field == "due"
