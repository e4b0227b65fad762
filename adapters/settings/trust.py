"""Whose certificates HTTPS believes: the authorities of this machine, or of SSL_CERT_FILE and SSL_CERT_DIR."""

import os
import ssl
from functools import cache

import httpx2


def authorities(*, trust_env: bool) -> ssl.SSLContext:
    """They are read once in a process: each client that read them for itself would take a fiftieth of a second.

    `trust_env` as that of the client: whether the two variables count.
    """
    named = (os.environ.get("SSL_CERT_FILE", ""), os.environ.get("SSL_CERT_DIR", "")) if trust_env else ("", "")
    return _read(trust_env, named)


@cache
def _read(trust_env: bool, named: tuple[str, str]) -> ssl.SSLContext:
    del named
    return httpx2.create_ssl_context(trust_env=trust_env)
