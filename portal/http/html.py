"""Pages for people: plain HTML with their own small style, and headers that let nothing else in or out."""

import hashlib
from base64 import b64encode
from collections.abc import Mapping, Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, RedirectResponse, Response

_FOLDER = Path(__file__).parents[1] / "templates"
_SORRY = {404: "not_found", 405: "not_so", 503: "away"}
"""What is said about a status; about any other, that something went wrong."""


class Pages:
    """`contact` is the mail address that customers write to. `leads_to` are the origins that a form may lead to.

    A browser follows a form's redirect only where the page's policy allows it: to the gateway's page.
    """

    def __init__(self, company: str, contact: str, leads_to: Sequence[str] = ()) -> None:
        style = (_FOLDER / "style.css").read_text()
        self._environment = Environment(
            loader=FileSystemLoader(_FOLDER),
            undefined=StrictUndefined,
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._everywhere = {"company": company, "contact": contact, "style": style}
        self._headers = _headers(style, leads_to)

    def show(self, name: str, status: int = 200, headers: Mapping[str, str] | None = None, **facts: object) -> Response:
        """The page of that template."""
        html = self._environment.get_template(f"{name}.html").render(self._everywhere | facts)
        return HTMLResponse(html, status, {**self._headers, **(headers or {})})

    def sorry(self, status: int, headers: Mapping[str, str] | None = None) -> Response:
        """What a person reads instead of a status code."""
        return self.show("sorry", status, headers, what=_SORRY.get(status, "broken"))

    def lead(self, url: str) -> Response:
        """Lead the browser there, with a GET."""
        return RedirectResponse(url, 303, self._headers)


def _headers(style: str, leads_to: Sequence[str]) -> dict[str, str]:
    digest = b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = {
        "default-src": "'none'",
        "style-src": f"'sha256-{digest}'",
        "img-src": "data:",
        "form-action": " ".join(["'self'", *leads_to]),
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
    }
    return {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "Cache-Control": "no-store",
        "X-Robots-Tag": "noindex, nofollow",
        "Referrer-Policy": "no-referrer",  # the address carries the signature
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }
