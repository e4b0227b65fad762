"""Reading a request's body: never more than its limit. How long it may take is the door's affair (guarded.py)."""

from starlette.requests import ClientDisconnect, Request

from portal.http.errors import HttpRefusedError


async def body_of(request: Request, most: int) -> bytes:
    """The raw body, `most` bytes at the most. Raises HttpRefusedError 413 as soon as it is larger, or 400.

    The length that the sender announces is only good for refusing early: a chunked body announces none, so what
    arrives is counted.
    """
    announced = request.headers.get("content-length", "")
    if announced.isascii() and announced.isdecimal() and int(announced[:20]) > most:
        raise _too_large(most)
    try:
        return await _read(request, most)
    except ClientDisconnect:
        raise HttpRefusedError(400, "the body ended early") from None


async def _read(request: Request, most: int) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise _too_large(most)
    return bytes(body)


def _too_large(most: int) -> HttpRefusedError:
    return HttpRefusedError(413, f"the body is larger than {most} bytes")
