"""The audit log for people: a line an entry, what was asked for together with what became of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dunning.visible import in_a_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dunning.audit.words import Words
    from operations.audit.look import Found, Shown

_PARTS_OF_A_SECOND = re.compile(r"\.[0-9]+(?=Z)")


def lines(found: Found) -> Iterator[str]:
    """What an outcome belongs to comes first, as long as both are shown."""
    if found.more:
        yield "older ones are left out; --most, or another choice, shows them"
    asked = {str(each.entry.number) for each in found.shown if each.words and each.words.kind == "asked"}
    became = {each.words.of: each.words.outcome for each in found.shown if each.words and each.words.of in asked}
    for each in found.shown:
        if each.words is None or each.words.of not in became:
            yield in_a_line(_line(each, became))
    if not found.shown:
        yield "nothing is written about that"


def _line(each: Shown, became: dict[str, str]) -> str:
    at = _PARTS_OF_A_SECOND.sub("", each.entry.at).replace("T", " ")
    head = f"{each.entry.number}  {at}  {'CHANGED since it was written, see `audit verify`: ' if each.changed else ''}"
    if each.words:
        return head + _said(each.words, became.get(str(each.entry.number), ""))
    if each.erasure is None:
        return f"{head}no words to read, and nobody said that they were erased; see `audit verify`"
    return f"{head}words erased on {each.erasure.at}, see entry {each.erasure.number}"


def _said(words: Words, became: str) -> str:
    login = f" ({words.system_user})" if words.system_user else ""
    who = f"{words.by or 'nobody named'}{login}"
    about = f" [{', '.join(words.about)}]" if words.about and not words.typed else ""
    reason = f" because: {words.reason}" if words.reason else ""
    of = f" of entry {words.of}" if words.of else ""
    erased = f" entries {words.numbers}" if words.numbers else ""
    ended = became or words.outcome or ("no outcome" if words.kind == "asked" else "")
    return f"{who}: {words.typed or words.what}{erased}{of}{about}{reason}{f' -> {ended}' if ended else ''}"
