"""The parsers that strangers reach, by name."""

from collections.abc import Mapping

from tests.fuzz.of_doors import DOOR
from tests.fuzz.of_files import FILES
from tests.fuzz.of_links import LANGUAGES, LINKS
from tests.fuzz.of_mail import MAIL, REPORTS
from tests.fuzz.of_pages import PAGES
from tests.fuzz.of_webhooks import EVENTS, PAYMENTS, PAYPAL, SIGNATURES
from tests.fuzz.target import Target

TARGETS: Mapping[str, Target] = {
    "door": DOOR,
    "events": EVENTS,
    "files": FILES,
    "languages": LANGUAGES,
    "links": LINKS,
    "mail": MAIL,
    "pages": PAGES,
    "payments": PAYMENTS,
    "paypal": PAYPAL,
    "reports": REPORTS,
    "signatures": SIGNATURES,
}
