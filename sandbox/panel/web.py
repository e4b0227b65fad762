"""The web server that hosts the sites of the panel's users: what visitors see, which a panel may lie about.

`/{user}` is a user's site: a page while it runs, cPanel's way to a suspended page while it is suspended, and 404 once
it is deleted or nobody knows it. Scripts per user: `running`, `suspended`, `gone` (whatever the panel shows), `500`,
`slow:<seconds>`, `hold`.
"""

import asyncio
from html import escape

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from sandbox.control.routes import company, get
from sandbox.control.scripts import Scripts
from sandbox.panel.books import PanelBooks, Visit, WebBooks

_VISITS = frozenset({"ok", "running", "suspended", "gone", "500", "slow"})
_SUSPENDED = "/cgi-sys/suspendedpage.cgi"
_RESTRICTED = ("suspended", "inactive")
_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>
<body><h1>{title}</h1><p>{text}</p></body></html>"""


class WebHost:
    """The sites of the panel's users; `app` is the web server."""

    def __init__(self, panel: PanelBooks) -> None:
        self.scripts = Scripts(_VISITS)
        self.books = WebBooks()
        self._panel = panel

    def app(self) -> Starlette:
        """All sites, and the control interface."""
        routes = [get("/", self._index), get(_SUSPENDED, self._suspended), get("/{user}", self._visit)]
        return company(self.scripts, self.books, routes)

    async def _index(self, request: Request) -> Response:
        del request
        users = "".join(
            f'<li><a href="/{escape(each.user)}">{escape(each.user)}</a></li>' for each in self._panel.services
        )
        return HTMLResponse(_PAGE.format(title="Sandbox web host", text="Every user's site:") + f"<ul>{users}</ul>")

    async def _visit(self, request: Request) -> Response:
        user = request.path_params["user"]
        how = self.scripts.take(user, _VISITS)
        if how.hold_before or how.hold_after:
            await self.scripts.hold(user, "visit")
        if how.word == "slow":
            await asyncio.sleep(float(how.argument or 1))
        answer = self._shown(user, how.word)
        seq = len(self.books.visits) + 1
        self.books.visits.append(Visit(seq=seq, user=user, status=answer.status_code))
        return answer

    def _shown(self, user: str, word: str) -> Response:
        level = self._panel.level(user)
        if word == "500":
            return HTMLResponse(_PAGE.format(title="Internal Server Error", text=""), 500)
        if word == "gone" or (word in {"ok", "slow"} and level == "deleted"):
            return HTMLResponse(_PAGE.format(title="Not Found", text="There is no such site here."), 404)
        if word == "suspended" or (word in {"ok", "slow"} and level in _RESTRICTED):
            return RedirectResponse(_SUSPENDED, 302)
        return HTMLResponse(_PAGE.format(title=f"Welcome to {escape(user)}", text="Everything is fine here."))

    async def _suspended(self, request: Request) -> Response:
        """The words of cPanel's own page."""
        del request
        text = "This Account has been suspended. Contact your hosting provider for more information."
        return HTMLResponse(_PAGE.format(title="Account Suspended", text=text))
