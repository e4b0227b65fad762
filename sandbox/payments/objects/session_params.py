"""What may be said about a Checkout Session: API version 2026-10-28.endive."""

from typing import Any, cast

from sandbox.payments.api.errors import invalid, missing, no_such
from sandbox.payments.api.forms import Json
from sandbox.payments.api.params import Params
from sandbox.payments.clock import moment
from sandbox.payments.objects.intent_params import check_amount, known_kinds, read_currency, read_kinds
from sandbox.payments.shapes.checkout import customer_details, new_session
from sandbox.payments.shapes.payment import ALL_KINDS, takes
from sandbox.payments.state import State

_KNOWN = {
    "allowed_payment_method_types", "cancel_url", "client_reference_id", "consent_collection", "currency",
    "custom_text", "customer", "line_items", "locale", "metadata", "mode", "payment_intent_data",
    "payment_method_types", "setup_intent_data", "success_url",
}  # fmt: skip
INTENT_DATA = {"description", "metadata", "setup_future_usage"}
SETUP_DATA = {"description", "metadata"}
_CONSENT = {"payment_method_reuse_agreement", "promotions", "terms_of_service"}
_TEXTS = {"after_submit", "shipping_address", "submit", "terms_of_service_acceptance"}
_LONGEST_REFERENCE, _LONGEST_TEXT = 200, 1200
_ITEM = {"price", "price_data", "quantity"}
_PRICE = {"currency", "product_data", "unit_amount"}
_PRODUCT = {"name"}


def read_session(values: Json, state: State) -> tuple[Json, Params]:
    """A new session, and the parameters that it was read from. Raises StripeError."""
    params = Params(values, _KNOWN)
    mode = params.choice("mode", ("payment", "setup", "subscription"))
    if mode is None:
        raise missing("mode")
    if mode == "subscription":
        raise invalid("mode", "This sandbox has no subscriptions.")
    session = new_session(moment(metadata=params.metadata()), mode)
    _read_payer(session, params, state)
    _read_words(session, params)
    if mode == "payment":
        _read_price(session, params)
    session["currency"] = session["currency"] or _setup_currency(params)
    _, allowed = read_kinds(params)
    kinds = [kind for kind in known_kinds(allowed or ALL_KINDS) if takes(kind, session["currency"] or "")]
    session.update(allowed_payment_method_types=allowed or None, payment_method_types=kinds or known_kinds(allowed))
    return session, params


def _read_payer(session: Json, params: Params, state: State) -> None:
    if name := params.text("customer"):
        session.update(customer=name, customer_details=customer_details(state.customers.get(name, "customer")))


def _read_words(session: Json, params: Params) -> None:
    session["success_url"] = params.needed("success_url")
    session["cancel_url"] = params.text("cancel_url")
    session["client_reference_id"] = params.short("client_reference_id", _LONGEST_REFERENCE)
    session["metadata"] = params.metadata()
    session["locale"] = params.text("locale") or None
    consent = params.inner("consent_collection", _CONSENT)
    if "consent_collection" in params:
        reuse = consent.tree("payment_method_reuse_agreement") or None
        asked = {name: consent.text(name) for name in ("promotions", "terms_of_service")}
        session["consent_collection"] = {"payment_method_reuse_agreement": reuse, **asked}
    texts = params.inner("custom_text", _TEXTS)
    session["custom_text"] = {name: _text(texts, name) for name in sorted(_TEXTS)}


def _text(texts: Params, name: str) -> Json | None:
    if name not in texts:
        return None
    return {"message": texts.inner(name, {"message"}).short("message", _LONGEST_TEXT)}


def _read_price(session: Json, params: Params) -> None:
    items = params.rows("line_items")
    if not items:
        raise missing("line_items")
    prices = [_price(item, f"line_items[{place}]") for place, item in enumerate(items)]
    currency = prices[0][0]
    if any(other != currency for other, _ in prices):
        raise invalid("line_items", "All line items must have the same currency.")
    total = sum(amount for _, amount in prices)
    check_amount(total, currency, "line_items")
    session.update(currency=currency, amount_subtotal=total, amount_total=total)
    session["total_details"] = {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0}


def _price(item: Any, where: str) -> tuple[str, int]:
    params = Params(cast("Json", item), _ITEM, where)
    if name := params.text("price"):
        raise no_such("price", name, f"{where}[price]")
    if "price_data" not in params:
        raise missing(f"{where}[price_data]")
    price = params.inner("price_data", _PRICE)
    price.inner("product_data", _PRODUCT).needed("name")
    amount, quantity = price.integer("unit_amount", 0), params.integer("quantity", 1)
    if amount is None:
        raise missing(f"{where}[price_data][unit_amount]")
    if quantity is None:
        raise missing(f"{where}[quantity]")
    return read_currency(price), amount * quantity


def _setup_currency(params: Params) -> str | None:
    """Dynamic payment methods need to know the currency (docs.stripe.com/api/checkout/sessions/create)."""
    if params.text("currency"):
        return read_currency(params)
    if not params.rows("allowed_payment_method_types"):
        raise missing("currency")
    return None
