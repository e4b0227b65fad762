"""Whatever bytes come in, rightly signed or not: a 2xx or a 4xx, and never a 500."""

import contextlib
import json
from urllib.parse import quote

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from dunning.fleet.reconcile import moved
from portal.inbox.processor_api import news_in
from tests.portal.world import Portal, signed, standard

MANY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
"""Anything that JSON can say, and some things that it cannot."""
KINDS = st.sampled_from(["payment.received", "payment.reversed", "payment.restored", "method.changed"])
DATA = st.dictionaries(
    st.sampled_from(["invoice", "account", "payer", "id", "payment", "reversal", "amount", "amount_minor", "currency"]),
    st.sampled_from(["INV-1", "x", "19.99", "USD", "JPY", "1e9", "0", "\u0000", "\u202e"]) | JSON,
)
TIMES = st.sampled_from(["2026-11-25T10:00:00Z", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00"])
NEARLY = st.fixed_dictionaries({"type": KINDS, "timestamp": TIMES, "data": DATA}).map(json.dumps)
WORDS = st.text(alphabet=st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_characters="\x7f"), max_size=80)


@MANY
@given(st.binary(max_size=300), WORDS)
async def test_unsigned_bytes(shared: Portal, body: bytes, header: str) -> None:
    strange = {"Stripe-Signature": header.strip().encode("latin-1")}
    answer = await shared.http.post("/webhooks/stripe", content=body, headers=strange)  # type: ignore[arg-type]
    assert answer.status_code == 400
    headers = dict.fromkeys(("webhook-id", "webhook-timestamp", "webhook-signature"), header.strip().encode("latin-1"))
    answer = await shared.http.post("/webhooks/payments", content=body, headers=headers)  # type: ignore[arg-type]
    assert answer.status_code == 400


@MANY
@given(JSON | st.fixed_dictionaries({"id": JSON, "type": JSON}))
async def test_signed_nonsense(shared: Portal, said: object) -> None:
    body = json.dumps(said)
    assert (await shared.stripe(body, signed(body))).status_code in (200, 400, 413)
    assert (await shared.payment(body, standard(body))).status_code in (200, 202, 400, 413)


@MANY
@given(st.text(max_size=300))
async def test_signed_text(shared: Portal, body: str) -> None:
    with contextlib.suppress(UnicodeEncodeError):
        body.encode()
        assert (await shared.stripe(body, signed(body))).status_code == 400
        assert (await shared.payment(body, standard(body))).status_code == 400


@MANY
@given(NEARLY)
async def test_signed_messages_that_are_nearly_right(shared: Portal, body: str) -> None:
    assert (await shared.payment(body, standard(body, "msg_nearly"))).status_code in (202, 400)


@settings(max_examples=300, deadline=None)
@given(NEARLY)
def test_what_is_taken_is_money_of_somebody(body: str) -> None:
    try:
        news = news_in(body)
    except ValidationError:
        return
    assert news is not None
    assert news.invoice or news.account or news.payer
    fact = moved(news)
    assert fact is None or 0 < fact.amount.minor <= 10**15


@MANY
@given(WORDS, WORDS)
async def test_pay_pages(shared: Portal, number: str, signature: str) -> None:
    for way in ("", "/back", "/method"):
        given_ = {"s": signature, "seen": number, "consent": number}
        page = await shared.http.get(f"/pay/x{quote(number, safe='')}{way}", params=given_)
        assert page.status_code in (404, 405)
        assert (await shared.http.post(f"/pay/x{way}", data=given_)).status_code in (404, 405)
