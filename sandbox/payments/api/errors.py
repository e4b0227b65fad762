"""Refusals as Stripe words them: status, type, code, parameter, and whatever object they concern."""

from sandbox.payments.api.forms import Json

_DOCS = "https://stripe.com/docs/error-codes/"
_LOGS = "https://dashboard.stripe.com/test/logs/"


class StripeError(Exception):
    """An error answer. `stored`: work had begun, so the same idempotency key gets the same answer again."""

    def __init__(
        self,
        status: int,
        message: str,
        code: str = "",
        *,
        param: str = "",
        kind: str = "invalid_request_error",
        stored: bool = False,
        more: Json | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.stored = stored
        self._facts = {"type": kind, "code": code, "message": message, "param": param, **(more or {})}

    def body(self, request: str) -> Json:
        """What is sent; `request` is the request's id. Stripe leaves out what is empty."""
        facts = {name: value for name, value in self._facts.items() if value not in ("", None)}
        if code := facts.get("code"):
            facts["doc_url"] = _DOCS + code.replace("_", "-")
        facts["request_log_url"] = _LOGS + request
        return {"error": facts}


def missing(param: str) -> StripeError:
    """A parameter that is needed is not there."""
    return StripeError(400, f"Missing required param: {param}.", "parameter_missing", param=param)


def unknown(param: str) -> StripeError:
    """A parameter that the endpoint does not have."""
    return StripeError(400, f"Received unknown parameter: {param}", "parameter_unknown", param=param)


def invalid(param: str, message: str, code: str = "") -> StripeError:
    """A parameter with a value that cannot be."""
    return StripeError(400, message, code, param=param)


def no_such(what: str, name: str, param: str, status: int = 400) -> StripeError:
    """An id that nobody has: 404 where the path names it, 400 where a parameter does."""
    return StripeError(status, f"No such {what}: '{name}'", "resource_missing", param=param)


def unexpected_state(what: str, message: str, current: Json) -> StripeError:
    """The object is in no state for that. `what` is payment_intent or setup_intent."""
    return StripeError(400, message, f"{what}_unexpected_state", stored=True, more={what: current})
