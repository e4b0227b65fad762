"""Every notice that a policy can send, as a customer would read it, for a sample invoice. Nothing is sent."""

from collections.abc import Iterator
from datetime import date
from email.message import EmailMessage
from typing import NamedTuple

from dunning.forecast.sample_notices import ACCOUNT, SampleNotice, sample_notices
from dunning.notices.reply_to import Replies
from dunning.policy.file import Policy
from dunning.policy.step_names import notice_id
from dunning.policy.timeline import TimelineError
from dunning.ports.companies import MailComposer, Renderer
from dunning.records.accounts import Account
from dunning.records.mail import Mail, NoticeText
from operations.policies.plans import not_fitting, too_late

_CUSTOMER = "Ada Lovelace"
_RECIPIENT = "customer@example.com"


class PreviewOf(NamedTuple):
    """Which notices: of an invoice due then, to a customer of that locale, like `de_DE`."""

    policy: Policy
    due: date
    locale: str


class Previewed(NamedTuple):
    """A notice with the story that it takes, its words, and the whole mail."""

    notice: SampleNotice
    content: NoticeText
    mail: EmailMessage


class Preview:
    """Renders with the very parts that the worker sends with."""

    def __init__(self, renderer: Renderer, mailer: MailComposer, replies: Replies) -> None:
        self._renderer = renderer
        self._mailer = mailer
        self._replies = replies

    def of(self, asked: PreviewOf) -> Iterator[Previewed]:
        """In the order in which a customer gets them.

        Raises RefusedError for dates that the policy does not fit, or that the calendar does not have.
        """
        policy, due, locale = asked
        try:
            samples = sample_notices(policy, due)
        except TimelineError as error:
            raise not_fitting(policy, error) from None
        except (OverflowError, ValueError):
            raise too_late(due) from None
        account = Account(id=ACCOUNT, name=_CUSTOMER, zone=policy.zone, locale=locale)
        for place, notice in enumerate(samples, start=1):
            order = notice.order
            content = self._renderer.render(order, account, notice_id(order.key, 0))
            mail = Mail(
                message_id=f"<{place:02}.{policy.name}@preview>",
                recipient=_RECIPIENT,
                content=content,
                at=order.at,
                reply_to=self._replies.address(order.title),
            )
            yield Previewed(notice, content, self._mailer.compose(mail))
