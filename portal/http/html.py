"""Pages for people: plain HTML with their own small style, and headers that let nothing else in or out."""

import hashlib
from base64 import b64encode
from collections.abc import Mapping, Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from adapters.settings.brands import Brand
from portal.http.readers import Reader, Readers

_FOLDER = Path(__file__).parents[1] / "templates"
_SORRY = {403: "not_so", 404: "not_found", 405: "not_so", 429: "often", 503: "away"}
"""What is said about a status; about any other, that something went wrong."""


class Pages:
    """`leads_to` are the origins that a form may lead to.

    A browser follows a form's redirect only where the page's policy allows it: to the gateway's page.
    """

    def __init__(self, readers: Readers, leads_to: Sequence[str] = ()) -> None:
        self.readers = readers
        self._style = (_FOLDER / "style.css").read_text()
        self._leads_to = leads_to
        self._environment = templates()
        self._headers = {brand.name: headers(self._styled(brand), leads_to) for brand in readers.brands.all}

    def show(
        self, name: str, reader: Reader, status: int = 200, headers: Mapping[str, str] | None = None, **facts: object
    ) -> Response:
        """The page of that template. What it names beside the facts is of the reader."""
        page = reader.page() | {"style": self._styled(reader.brand), "writes": reader.writes()}
        html = self._environment.get_template(f"{name}.html").render(page | facts)
        return HTMLResponse(html, status, {**self._headers[reader.brand.name], **(headers or {})})

    def sorry(self, request: Request, status: int, headers: Mapping[str, str] | None = None) -> Response:
        """What a person reads instead of a status code."""
        reader = self.readers.stranger(request)
        return self.show("sorry", reader, status, headers, what=_SORRY.get(status, "broken"))

    def ended(self, request: Request, fresh: str, token: str) -> Response:
        """What the customer of a link reads that is over; `fresh` is where a new one is asked for, with that token."""
        reader = self.readers.stranger(request)
        return self.show("ended", reader, 410, fresh=fresh, signature=token)

    def lead(self, url: str) -> Response:
        """Lead the browser there, with a GET."""
        return RedirectResponse(url, 303, self._headers[self.readers.brands.house.name])

    def _styled(self, brand: Brand) -> str:
        return self._style.replace("BRAND", brand.colour).replace("LIGHT", brand.light)


def templates() -> Environment:
    """The portal's own templates. `say` puts facts, as text, into words that are HTML; `plain` into plain words."""
    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(_FOLDER),
        undefined=StrictUndefined,
        autoescape=select_autoescape(["html"]),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(say=_say, plain=_plain)
    return environment


def _say(words: str, **facts: object) -> Markup:
    return Markup(words).format(**facts)  # noqa: S704 - from our own files


def _plain(words: str, **facts: object) -> str:
    return words.format(**facts)


def headers(style: str, leads_to: Sequence[str]) -> dict[str, str]:
    """What lets nothing else in or out: only that style, pictures that are in the page, forms that lead there."""
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
