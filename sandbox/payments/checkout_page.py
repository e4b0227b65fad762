"""The page behind a Checkout Session's address, for people and their browsers: choose a test card, pay, go back."""

from html import escape

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox.control.routes import get, post
from sandbox.payments.api.errors import StripeError
from sandbox.payments.api.forms import Json
from sandbox.payments.instruments.instruments import BY_NAME, Instrument
from sandbox.payments.objects.sessions import PAGE, Sessions

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 32rem; padding: 0 1rem; color: #1c1c1c }
label, select, input, button { display: block; width: 100%; font: inherit; box-sizing: border-box; margin: .3rem 0 }
input[type=checkbox] { display: inline; width: auto }
button { padding: .6rem; margin-top: 1rem }
.no { color: #a00000 }
"""
_ID = "{CHECKOUT_SESSION_ID}"
_WHOLE = {"BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"}
"""Currencies without a smaller unit (docs.stripe.com/currencies)."""
_KINDS = {"card": "Card", "us_bank_account": "US bank account", "sepa_debit": "SEPA debit"}


class CheckoutPage:
    """The page's routes."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def routes(self) -> list[Route]:
        """Showing it, and what its form posts."""
        path = f"/{PAGE}{{id}}"
        return [get(path, self._show), post(path, self._pay)]

    async def _show(self, request: Request) -> Response:
        try:
            session = self._sessions.get(request.path_params["id"])
        except StripeError:
            return HTMLResponse(
                _page("No such page", "<h1>Something went wrong</h1><p>There is no such page.</p>"), 404
            )
        return _shown(session)

    async def _pay(self, request: Request) -> Response:
        form = await request.form()
        try:
            session = self._sessions.get(request.path_params["id"])
        except StripeError:
            return HTMLResponse("There is no such page.", 404)
        try:
            self._sessions.pay(session, _chosen(form))
        except StripeError as error:
            return _shown(session, str(error))
        return RedirectResponse(session["success_url"].replace(_ID, session["id"]), 303)


def _chosen(form: FormData) -> Instrument:
    """The instrument that was chosen. Raises StripeError."""
    found = BY_NAME.get(str(form.get("card", "")))
    if found is None:
        raise StripeError(402, "Your card number is incorrect.", "incorrect_number")
    return found


def _shown(session: Json, said: str = "") -> HTMLResponse:
    if session["status"] != "open":
        return HTMLResponse(_page("Over", f"<h1>This page is over</h1><p>It is {escape(session['status'])}.</p>"), 410)
    title = f"Pay {_price(session)}" if session["mode"] == "payment" else "Save a payment method"
    parts = [
        f"<h1>{escape(title)}</h1><p>A sandbox: no real card works here, and no money moves.</p>",
        f'<p class="no" role="alert">{escape(said)}</p>' if said else "",
        f'<form method="post"><label>Payment method<select name="card">{_options(session)}</select></label>',
        *(f"<p>{escape(str(text['message']))}</p>" for text in session["custom_text"].values() if text),
        _terms(session),
        f"<button>{'Pay' if session['mode'] == 'payment' else 'Save'}</button></form>",
        f'<p><a href="{escape(session["cancel_url"])}">Back</a></p>' if session["cancel_url"] else "",
    ]
    return HTMLResponse(_page(title, "".join(parts)))


def _options(session: Json) -> str:
    kinds = session["payment_method_types"]
    fitting = {name: instrument for name, instrument in BY_NAME.items() if instrument.kind in kinds}
    labels = {name: f"{_KINDS[one.kind]}: {one.label} ({name})" for name, one in fitting.items()}
    return "".join(f'<option value="{escape(name)}">{escape(label)}</option>' for name, label in labels.items())


def _terms(session: Json) -> str:
    asked = session["consent_collection"]
    if asked is None or asked["terms_of_service"] != "required":
        return ""
    return '<label><input type="checkbox" name="terms" required> I agree to the terms of service</label>'


def _price(session: Json) -> str:
    currency = session["currency"].upper()
    digits = 0 if currency in _WHOLE else 2
    return f"{currency} {session['amount_total'] / 10**digits:.{digits}f}"


def _page(title: str, body: str) -> str:
    head = f'<meta charset="utf-8"><title>{escape(title)}</title><style>{_STYLE}</style>'
    return f'<!doctype html><html lang="en"><head>{head}</head><body>{body}</body></html>'
