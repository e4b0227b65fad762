"""All notices of a policy as files: HTML, plain text and the whole mail each, and a page that leads to them."""

from collections.abc import Iterator, Sequence
from datetime import date
from email.message import EmailMessage
from pathlib import Path
from typing import NamedTuple

from jinja2 import Template

from adapters import mail
from adapters.settings.brands import with_logo
from adapters.settings.settings import Settings
from adapters.templates import renderer
from adapters.templates.files import COMMON, slug
from adapters.templates.languages import Languages
from adapters.templates.locale import folders, locale_of
from dunning.calendar import local
from dunning.forecast.sample_notices import SampleNotice
from dunning.policy.file import Policy
from dunning.records.mail import NoticeText
from operations.policies.preview import Preview, PreviewOf

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


class PreviewRow(NamedTuple):
    """A line of the index; `file` is the name of the notice's files without their endings.

    `html` is the notice's as a browser shows it, with the logo that travels beside it in a mail.
    """

    when: str
    story: str
    subject: str
    file: str
    content: NoticeText
    html: str
    notice: SampleNotice
    mail: EmailMessage


def rows(settings: Settings, policy: Policy, locale: str, due: date) -> Iterator[PreviewRow]:
    """Every notice, rendered as the settings say. Raises RefusedError for dates that the policy does not fit."""
    preview = Preview(renderer.renderer_from(settings), mail.mailer_from(settings), renderer.replies(settings))
    for place, each in enumerate(preview.of(PreviewOf(policy, due, locale)), start=1):
        order = each.notice.order
        when, file = f"{local(order.at, order.zone):%Y-%m-%d %H:%M}", f"{place:02}-{slug(order.title)}"
        html = with_logo(each.content.html, settings.all_brands().house)
        yield PreviewRow(
            when, each.notice.story, each.content.subject, file, each.content, html, each.notice, each.mail
        )


def lacking(settings: Settings, locale: str) -> tuple[str, ...]:
    """What the language that somebody began for the locale lacks; nothing for one that is whole, or never begun."""
    languages = Languages(settings.notices / COMMON)
    begun = next((each for each in folders(str(locale_of(locale))) if languages.exists(each)), "")
    return languages.lacks(begun) if begun else ()


def write(folder: Path, policy: Policy, locale: str, found: Sequence[PreviewRow]) -> None:
    """Write all files. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    for row in found:
        (folder / f"{row.file}.html").write_text(row.html, encoding="utf-8")
        (folder / f"{row.file}.txt").write_text(row.content.text, encoding="utf-8")
        (folder / f"{row.file}.eml").write_bytes(row.mail.as_bytes())
    facts = {"title": policy.title, "zone": policy.zone, "locale": locale, "rows": found}
    (folder / "index.html").write_text(_INDEX.render(facts), encoding="utf-8")
