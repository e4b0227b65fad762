"""What is wrong with an invoice is said before it is opened, without a store or a server."""

from datetime import date

import pytest

from adapters.settings.policies import load_policy
from adapters.settings.settings import ROOT
from adapters.templates.locale import is_locale
from operations.check_invoice import CheckInvoice
from operations.errors import RefusedError
from tests.operations.opening import ASO, new

CHECK = CheckInvoice(lambda name: load_policy(name, ROOT / "policies"), is_locale, {"acme"})


def test_a_good_one_has_its_policy() -> None:
    assert CHECK.check(new("A", locale="de_DE")).name == ASO


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"policy": "nobody-s"}, r"there is no such file; policies in .*a-small-orange"),
        ({"amount": "EUR 1"}, "EUR 1.00 is not in USD, the currency of the policy a-small-orange"),
        ({"locale": "xx_XX"}, "locale: 'xx_XX' is not one; write it like en_US or de_DE"),
        ({"brand": "acne"}, "brand: there is no brand 'acne' in the settings; brands: acme"),
        ({"due": date(9999, 12, 30)}, "."),
    ],
)
def test_what_does_not_fit_is_refused_with_the_reason(more: dict[str, object], words: str) -> None:
    with pytest.raises(RefusedError, match=words):
        CHECK.check(new("A", **more))
