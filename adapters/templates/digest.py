"""The notices inside of a digest: each whole as it is in the archive, without greeting and foot of its own mail."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup, escape

from dunning.records.mail import NoticeCopy

_SECTION = re.compile(r"<!-- notice -->(.*)<!-- /notice -->", re.DOTALL)
_FOOT = "\n-- \n"


class Part(NamedTuple):
    """One notice of a digest."""

    subject: str
    invoice: str
    text: str
    html: Markup


def parts(copies: Sequence[NoticeCopy]) -> list[Part]:
    """What each of them says."""
    return [Part(each.content.subject, each.invoice, _text(each), _html(each)) for each in copies]


def _text(copy: NoticeCopy) -> str:
    _greeting, _, rest = copy.content.text.partition("\n\n")
    return rest.rpartition(_FOOT)[0].strip() or copy.content.text.strip()


def _html(copy: NoticeCopy) -> Markup:
    """Our own HTML from the archive; of a layout that does not mark its middle, the words as plain text."""
    found = _SECTION.search(copy.content.html)
    return Markup(found[1]) if found else Markup("<pre>%s</pre>") % escape(_text(copy))  # noqa: S704 - rendered by us
