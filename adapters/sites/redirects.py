"""Where a look at a site follows its redirects: to the site itself, with or without `www.` and TLS."""

import httpx2

_USUAL = {"http": 80, "https": 443}


class LeftError(Exception):
    """A redirect with this status, `at` an address of the site, `to` one that is none of it."""

    def __init__(self, status: int, *, at: str, to: str) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status
        self.at = at
        self.to = to


def next_address(answer: httpx2.Response, first: httpx2.URL) -> httpx2.URL | None:
    """Where an answer sends its visitor, within the site that was asked first; None: it is no redirect.

    Raises LeftError, and RemoteProtocolError for what is no address.
    """
    if not answer.has_redirect_location:
        return None
    if answer.next_request is None:
        raise httpx2.RemoteProtocolError("redirected to what is no address", request=answer.request)
    to = answer.next_request.url
    if not _same_site(first, to):
        raise LeftError(answer.status_code, at=str(answer.url), to=str(to))
    return to


def _same_site(first: httpx2.URL, then: httpx2.URL) -> bool:
    """Its host, its port or a usual one, and no login."""
    if then.scheme not in _USUAL or then.userinfo:
        return False
    ports = (*_USUAL.values(), first.port or _USUAL.get(first.scheme))
    return _name(first) == _name(then) and (then.port or _USUAL[then.scheme]) in ports


def _name(url: httpx2.URL) -> str:
    return url.host.lower().rstrip(".").removeprefix("www.")
