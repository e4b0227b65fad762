"""Web pages that a probe finds."""

from contextlib import nullcontext
from typing import get_args

from dunning.services.page_words import page_words
from dunning.services.probe_verdict import Shows, of_mailbox, of_page
from tests.fuzz.target import Target


def _check(data: bytes) -> None:
    page = data.decode("utf-8", "replace")
    assert of_page(200, "/", page) in get_args(Shows)
    words = page_words(page)
    assert len(words.text) <= len(page)
    assert sum(map(len, words.headings)) <= len(page)
    assert of_mailbox(550, page) in get_args(Shows)


_SUSPENDED = (
    b"<!DOCTYPE html><html><head><title>Account Suspended</title><style>h1 { color: red }</style></head><body>"
    b"<!-- x --><h1>This Account has been suspended.</h1><p>Contact <a href='/x?a=b&c=d'>us</a>.</p></body></html>"
)
_SCRIPT = b"<script>if (a < b) { document.write('<h1>' + x + '</h1>') }</script><h2>Welcome &amp; hello</h2>"
PAGES = Target(
    lambda: nullcontext(_check),
    (_SUSPENDED, _SCRIPT),
    (
        b"<h1>", b"</h1>", b"<!--", b"-->", b"<script", b"</script>", b"<title/", b"<![CDATA[", b"<style>",
        b"suspended", b"site ",
    ),
)  # fmt: skip
