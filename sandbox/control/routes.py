"""The control interface that every company has: scripting failures, releasing what waits, reading the books."""

from collections.abc import Awaitable, Callable, Sequence

from pydantic import BaseModel, ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.control.scripts import Scripts

Endpoint = Callable[[Request], Awaitable[Response]]


class ScriptRequest(BaseModel):
    """Queue `behaviour` for `who`, so many times; None means until it is forgotten."""

    who: str
    behaviour: str
    times: int | None = 1


class WhoRequest(BaseModel):
    """Whom a release or a forget concerns; None means everybody."""

    who: str | None = None


def get(path: str, endpoint: Endpoint) -> Route:
    """A route that is read."""
    return Route(path, endpoint, methods=["GET"])


def post(path: str, endpoint: Endpoint) -> Route:
    """A route that acts."""
    return Route(path, endpoint, methods=["POST"])


def say(model: BaseModel, status: int = 200) -> Response:
    """The model as a JSON answer."""
    return Response(model.model_dump_json(), status_code=status, media_type="application/json")


def refuse(status: int, code: str, message: str = "") -> Response:
    """An error answer."""
    return JSONResponse({"code": code, "message": message}, status_code=status)


def company(scripts: Scripts, books: BaseModel, routes: Sequence[Route]) -> Starlette:
    """The company's application: its own routes and the control interface."""
    common = _Routes(scripts, books)
    control = [
        post("/control/script", common.script),
        post("/control/release", common.release),
        post("/control/forget", common.forget),
        get("/control/held", common.held),
        get("/control/books", common.books),
    ]
    return Starlette(routes=[*control, *routes], exception_handlers={ValidationError: _bad, ValueError: _bad})


class _Routes:
    def __init__(self, scripts: Scripts, books: BaseModel) -> None:
        self._scripts = scripts
        self._books = books

    async def script(self, request: Request) -> Response:
        wanted = ScriptRequest.model_validate_json(await request.body())
        self._scripts.add(wanted.who, wanted.behaviour, wanted.times)
        return JSONResponse({"result": "ok"})

    async def release(self, request: Request) -> Response:
        wanted = WhoRequest.model_validate_json(await request.body())
        return JSONResponse({"released": self._scripts.release(wanted.who)})

    async def forget(self, request: Request) -> Response:
        wanted = WhoRequest.model_validate_json(await request.body())
        self._scripts.forget(wanted.who)
        return JSONResponse({"result": "ok"})

    async def held(self, request: Request) -> Response:
        del request
        return JSONResponse([held.model_dump() for held in self._scripts.held()])

    async def books(self, request: Request) -> Response:
        del request
        return say(self._books)


async def _bad(request: Request, error: Exception) -> Response:
    del request
    return refuse(400, "bad_request", str(error))
