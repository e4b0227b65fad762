"""Strangers' words where people read them: what steers a terminal, a log, a spreadsheet or Markdown is shown instead.

A mail's subject, a customer's name, a reason: whoever wrote them may not clear a screen, turn a line around
(https://trojansource.codes), forge a line of a log, start a formula or place a link.
"""

import json
import re

_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
"""Control and formatting characters, and halves of a character; without tab, line feed and what joins letters."""
_MARKUP = re.compile(r"[\\`*\[\]<>&|~@]|(?<![^\W_])_|_(?![^\W_])|:(?=//)|(?<=www)\.", re.IGNORECASE)
"""What makes code, emphasis, links, images, HTML, tables and addresses in GitHub's Markdown, wherever it stands."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?")


def visible(text: str) -> str:
    r"""The text with `\x1b` or `\u202e` written out where the character stood; its lines stay lines."""
    return _HIDDEN.sub(_written, text.replace("\r\n", "\n"))


def in_a_line(text: str) -> str:
    """The same for one line, such as a log's: a line feed or tab is written out, too."""
    return visible(text).replace("\n", r"\n").replace("\t", r"\t")


def in_json(document: str) -> str:
    """The JSON document with its escapes for them, so that it means the same."""
    return _HIDDEN.sub(lambda found: json.dumps(found.group())[1:-1].replace("\x7f", r"\u007f"), document)


def in_markdown(text: str) -> str:
    """The text as one line of Markdown that shows just these characters."""
    return _MARKUP.sub(r"\\\g<0>", in_a_line(text))


def in_spreadsheet(cell: str) -> str:
    """The cell as text: no program takes it for a formula (https://owasp.org/www-community/attacks/CSV_Injection)."""
    shown = visible(cell)
    return f"'{shown}" if cell.startswith(_FORMULA) and not _NUMBER.fullmatch(cell) else shown


def _written(found: re.Match[str]) -> str:
    return found.group().encode("unicode_escape").decode("ascii")
