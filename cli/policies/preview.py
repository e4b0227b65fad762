"""All notices of a policy as files: HTML, plain text and the whole mail each, and a page that leads to them."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

from jinja2 import Template

from adapters import mail
from adapters.settings.settings import Settings
from adapters.templates import renderer as templates
from adapters.templates.files import slug
from dunning.calendar import local
from dunning.forecast.sample_notices import ACCOUNT, Notice, notices
from dunning.policy.file import Policy
from dunning.policy.step_names import notice_id
from dunning.records.accounts import Account
from dunning.records.mail import Mail, NoticeText

_CUSTOMER = "Ada Lovelace"
_RECIPIENT = "customer@example.com"
_INDEX = Template(
    """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Notices of {{ title }}</title>
<style>
body { margin: 24px auto; max-width: 960px; padding: 0 12px; font: 16px/1.5 Arial, Helvetica, sans-serif; }
table { border-collapse: collapse; }
th, td { padding: 6px 16px 6px 0; border-bottom: 1px solid #d4dae1; text-align: left; vertical-align: top; }
</style>
</head>
<body>
<h1>Notices of {{ title }}</h1>
<p>For a sample invoice, in the locale {{ locale }}. Times are of {{ zone }}.</p>
<table>
<tr><th>When</th><th>If</th><th>Notice</th><th>Files</th></tr>
{% for row in rows %}
<tr><td>{{ row.when }}</td><td>{{ row.story }}</td><td><a href="{{ row.file }}.html">{{ row.subject }}</a></td>
<td><a href="{{ row.file }}.txt">text</a> <a href="{{ row.file }}.eml">mail</a></td></tr>
{% endfor %}
</table>
</body>
</html>
""",
    autoescape=True,
    trim_blocks=True,
)


class Row(NamedTuple):
    """A line of the index; `file` is the name of the notice's files without their endings."""

    when: str
    story: str
    subject: str
    file: str
    content: NoticeText
    notice: Notice


class Preview:
    """Renders with the very parts that the worker sends with."""

    def __init__(self, settings: Settings, policy: Policy, locale: str) -> None:
        self._renderer = templates.chosen(settings)
        self._mailer = mail.chosen(settings)
        self._replies = templates.replies(settings)
        self._policy = policy
        self._account = Account(id=ACCOUNT, name=_CUSTOMER, zone=policy.zone, locale=locale)

    def rows(self, due: date) -> Iterator[Row]:
        """Every notice, rendered. Raises TimelineError for dates that the policy does not fit."""
        for place, notice in enumerate(notices(self._policy, due), start=1):
            order = notice.order
            content = self._renderer.render(order, self._account, notice_id(order.key, 0))
            when = f"{local(order.at, order.zone):%Y-%m-%d %H:%M}"
            yield Row(when, notice.story, content.subject, f"{place:02}-{slug(order.title)}", content, notice)

    def write(self, folder: Path, due: date) -> int:
        """Write all files and say how many notices there are. Raises OSError."""
        folder.mkdir(parents=True, exist_ok=True)
        rows = list(self.rows(due))
        for row in rows:
            (folder / f"{row.file}.html").write_text(row.content.html, encoding="utf-8")
            (folder / f"{row.file}.txt").write_text(row.content.text, encoding="utf-8")
            (folder / f"{row.file}.eml").write_bytes(self._mail(row))
        facts = {"title": self._policy.title, "zone": self._policy.zone, "locale": self._account.locale, "rows": rows}
        (folder / "index.html").write_text(_INDEX.render(facts), encoding="utf-8")
        return len(rows)

    def _mail(self, row: Row) -> bytes:
        order = row.notice.order
        sent = Mail(
            message_id=f"<{row.file}@preview>",
            recipient=_RECIPIENT,
            content=row.content,
            at=order.at,
            reply_to=self._replies.address(order.title),
        )
        return self._mailer.compose(sent).as_bytes()
