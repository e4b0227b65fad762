"""What a look from outside means, and when it speaks against the panel."""

import pytest

from dunning.level import Level
from dunning.records.effects import ProbeResult
from dunning.services.probe_verdict import Shows, Verdict, contradicts, in_words, of_mailbox, of_page, verdict

CPANEL = """<!DOCTYPE html><html><head><title>Account Suspended</title></head><body>This Account has been suspended.
<a href="mailto:x">Contact your hosting provider</a> for more information.</body></html>"""
BLOG = f"""<html><head><title>Hosting news</title><style>h1 {{ color: red }}</style></head>
<body><h1>What to do when your hosting is slow</h1><p>{"Long words about everything. " * 80}
Somebody wrote: my account was suspended!</p></body></html>"""


@pytest.mark.parametrize(
    ("status", "path", "text", "shows"),
    [
        (200, "/", "<title>Example Bakery</title>Fresh bread", "running"),
        (204, "/", "", "running"),
        (304, "/", "", "running"),
        (401, "/", "<h1>Login</h1>", "running"),
        (403, "/", "", "running"),
        (200, "/cgi-sys/suspendedpage.cgi", "", "restricted"),
        (200, "/sites/sandbox:bakery:website/suspended", "", "restricted"),
        (200, "/sites/a/suspended/", "", "restricted"),
        (200, "/sites/suspended", "", "running"),
        (200, "/sites/" * 200_000, "", "running"),
        (200, "/", "<h1>Shop</h1>" + "<!--" * 16_380, "running"),
        (200, "/", "account has been " * 200_000, "running"),
        (200, "/", CPANEL, "restricted"),
        (503, "/", "<h1>Website <b>suspended</b></h1>", "restricted"),
        (200, "/", "<h2>This site is suspended</h2>" + "x" * 9000, "restricted"),
        (200, "/", "This domain is temporarily suspended.", "restricted"),
        (402, "/", "", "restricted"),
        (509, "/", "", "restricted"),
        (200, "/", BLOG, "running"),
        (200, "/suspended", "<title>Suspended ceilings</title>We hang them in a day.", "running"),
        (200, "/", "<script>var text = 'account suspended'</script><h1>Shop</h1>", "running"),
        (404, "/", "", "gone"),
        (410, "/", "", "gone"),
        (500, "/", "", "unclear"),
        (503, "/", "<h1>Service Unavailable</h1>", "unclear"),
        (429, "/", "", "unclear"),
    ],
)
def test_what_a_page_shows(status: int, path: str, text: str, shows: Shows) -> None:
    assert of_page(status, path, text) == shows


@pytest.mark.parametrize(
    ("code", "text", "shows"),
    [
        (250, "2.1.5 Ok", "running"),
        (251, "User not local; will forward", "running"),
        (450, "4.2.1 Greylisted", "unclear"),
        (550, "5.1.1 User unknown", "restricted"),
        (550, "Mailbox disabled", "restricted"),
        (550, "5.7.1 Your address is on a list", "unclear"),
        (550, "5.7.1 This account is suspended", "restricted"),
    ],
)
def test_what_a_mailbox_shows(code: int, text: str, shows: Shows) -> None:
    assert of_mailbox(code, text) == shows


@pytest.mark.req("S4-09", "S4-10")
@pytest.mark.parametrize(
    ("level", "running", "restricted", "gone"),
    [
        (Level.ACTIVE, "confirmed", "contradicted", "unclear"),
        (Level.WARNED, "unclear", "unclear", "unclear"),
        (Level.LOCKED, "unclear", "unclear", "unclear"),
        (Level.SUSPENDED, "contradicted", "confirmed", "confirmed"),
        (Level.INACTIVE, "contradicted", "confirmed", "confirmed"),
        (Level.DELETED, "contradicted", "confirmed", "confirmed"),
    ],
)
def test_what_is_seen_confirms_or_contradicts_the_panel(
    level: Level, running: Verdict, restricted: Verdict, gone: Verdict
) -> None:
    assert verdict(level, ProbeResult(shows="running", detail="")) == running
    assert verdict(level, ProbeResult(shows="restricted", detail="")) == restricted
    assert verdict(level, ProbeResult(shows="gone", detail="")) == gone
    assert verdict(level, ProbeResult(shows="unclear", detail="")) == "unclear"


def test_the_proof_in_words() -> None:
    seen = ProbeResult(shows="running", detail="HTTP 200 at https://bakery.example/")
    assert in_words(Level.SUSPENDED, seen) == "contradicted: running (HTTP 200 at https://bakery.example/)"
    assert contradicts(in_words(Level.SUSPENDED, seen))
    assert not contradicts(in_words(Level.ACTIVE, seen))
    assert in_words(Level.ACTIVE, None) == ""
