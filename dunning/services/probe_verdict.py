"""What a look from outside means: running, restricted, gone, or nobody can say. And whether that fits the panel.

A page counts as a suspended one by where it lies (cPanel), by its status (402, 509), or by what it says. Words count in
headings, or on a page that says hardly anything else: a normal page may well write about suspended accounts.
"""

import re
from collections.abc import Sequence
from typing import Literal

from dunning.level import Level
from dunning.records.effects import ProbeResult
from dunning.services.page_words import page_words

Verdict = Literal["confirmed", "contradicted", "unclear"]
Shows = Literal["running", "restricted", "gone", "unclear"]

SHORT = 1500
"""Characters of a page's plain text up to which all of it is taken for a notice."""
_PLACES = ("/cgi-sys/suspendedpage", "/suspendedpage.cgi")
"""Where cPanel puts its page."""
_WORDS = re.compile(
    r"\b(account|site|website|page|domain|hosting|service) ((has been|was|is) )?"
    r"((temporarily|currently) )?(suspended|disabled for non-?payment)\b"
)
"""In text with single spaces: nothing of it repeats, so the search takes as long as the text is."""
_STATUS_RESTRICTED = (402, 509)
"""Payment Required, and the unofficial Bandwidth Limit Exceeded that panels answer for suspended sites."""
_STATUS_GONE = (404, 410)
_STATUS_CLOSED = (401, 403)
"""A site that asks for a login is one that runs."""
_OK, _BAD_REQUEST, _TEMPORARY, _PERMANENT = 200, 400, 400, 500
_OF_POLICY = re.compile(r"^\s*5\.7\.[0-9]+")
"""RFC 3463: security or policy; it is us whom the server does not want."""


def of_page(status: int, path: str, text: str) -> Shows:
    """What a web page shows, by its last status, the path it was found at in the end, and the beginning of its text."""
    if status in _STATUS_RESTRICTED or is_place(path) or _says_suspended(text.lower()):
        return "restricted"
    if status in _STATUS_GONE:
        return "gone"
    return "running" if _OK <= status < _BAD_REQUEST or status in _STATUS_CLOSED else "unclear"


def is_place(path: str) -> bool:
    """Whether cPanel, or our own portal (`portal/pages/sites.py`), has its page for suspended sites there."""
    ours = path.partition("/sites/")[2].removesuffix("/").endswith("/suspended")
    return ours or any(place in path for place in _PLACES)


def _says_suspended(page: str) -> bool:
    words = page_words(page)
    if any(_WORDS.search(heading) for heading in words.headings):
        return True
    return len(words.text) <= SHORT and bool(_WORDS.search(words.text))


def of_mailbox(code: int, text: str) -> Shows:
    """What a mail server's answer to RCPT shows. A refusal by policy is about us, unless it speaks of suspension."""
    if _OK <= code < _TEMPORARY:
        return "running"
    if code < _PERMANENT:
        return "unclear"
    about_us = _OF_POLICY.match(text) and not re.search(r"suspend|disabled|inactive", text.lower())
    return "unclear" if about_us else "restricted"


def visible(level: Level) -> bool:
    """Whether visitors would notice: a warning or a lock changes nothing of what they see."""
    return level not in (Level.WARNED, Level.LOCKED)


def verdict(shown: Level, sight: ProbeResult) -> Verdict:
    """Whether what is seen outside fits what the panel shows.

    Of a service that runs, `gone` says nothing: its domain may not be registered any more.
    """
    if not visible(shown):
        return "unclear"
    if shown is Level.ACTIVE:
        return _one_of(sight, confirmed=("running",), contradicted=("restricted",))
    return _one_of(sight, confirmed=("restricted", "gone"), contradicted=("running",))


def _one_of(sight: ProbeResult, confirmed: Sequence[str], contradicted: Sequence[str]) -> Verdict:
    if sight.shows in confirmed:
        return "confirmed"
    return "contradicted" if sight.shows in contradicted else "unclear"


def in_words(shown: Level, sight: ProbeResult | None) -> str:
    """The proof as it is kept: `confirmed: restricted (HTTP 402 at https://bakery.example/)`; empty without a look."""
    return f"{verdict(shown, sight)}: {sight.shows} ({sight.detail})" if sight else ""


def contradicts(proof: str) -> bool:
    """Whether a proof in words says that the panel's state is not what is seen."""
    return proof.startswith("contradicted:")
