"""Who sent a webhook: PayPal's signature, by a certificate that only PayPal's own host can give.

The signature covers only a CRC32 of the body, and another body of the same sum is found in moments. So it keeps
strangers from knocking, and proves nothing of what the body says: what a GET from PayPal shows is counted.
"""

import base64
import binascii
import re
import ssl
import warnings
import zlib
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import certifi
import httpx2
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from adapters.settings.loopback import is_on_this_machine
from dunning.ports.outages import OutageError

CERTIFICATES = "/v1/notifications/certs/"
"""How the path of every certificate's address begins."""
HOSTS = {
    "api.paypal.com": "messageverificationcerts.paypal.com",
    "api-m.paypal.com": "messageverificationcerts.paypal.com",
    "api.sandbox.paypal.com": "messageverificationcerts.sandbox.paypal.com",
    "api-m.sandbox.paypal.com": "messageverificationcerts.sandbox.paypal.com",
}
"""The hosts that are believed, each with the name in the certificate that it gives."""
_LIVE = frozenset({"api.paypal.com", "api-m.paypal.com"})
_TOLERANCE = timedelta(days=4)
"""PayPal sends a webhook again for three days, with the time of the first."""
_LARGEST, _MOST = 65_536, 16
"""Bytes of a chain of certificates, and so many addresses of them are remembered."""
_CERTIFICATE = re.compile(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
_ALGORITHM = "SHA256withRSA"


class NotSignedError(Exception):
    """It is not from PayPal, or not for us. The text says why, and repeats nothing of it."""


_PLAIN = re.compile("[A-Za-z0-9:/._-]+")
"""All that is in the address of a certificate: what else somebody writes there never reaches a client of HTTP."""


class PayPalSignatures:
    """`webhook` is the id of ours at PayPal; `url` is the API's address; `roots` a file of who is believed, or empty.

    `timeout` in seconds, for fetching a certificate.
    """

    def __init__(self, webhook: str, url: str, roots: Path | None = None, timeout: float = 10.0) -> None:
        self._webhook = webhook
        self._stand_in = urlsplit(url) if is_on_this_machine(url) else None
        self._live = urlsplit(url).hostname in _LIVE
        self._roots = _authorities(roots or Path(certifi.where()))
        self._http = httpx2.AsyncClient(
            timeout=timeout, trust_env=not is_on_this_machine(url), verify=ssl.create_default_context()
        )
        self._chains: dict[str, bytes] = {}

    async def check(self, body: bytes, headers: Mapping[str, str], now: datetime) -> None:
        """Raises NotSignedError; OutageError while its certificate cannot be fetched."""
        named, sent = headers.get("paypal-transmission-id", ""), headers.get("paypal-transmission-time", "")
        if not named or len(named) > 255 or headers.get("paypal-auth-algo") != _ALGORITHM:  # noqa: PLR2004 - an id
            raise NotSignedError("it is not signed as PayPal signs")
        _recent(sent, now)
        address = headers.get("paypal-cert-url", "")
        host = self._believed(address)
        key = self._key(await self._chain(address), host, now)
        signed = f"{named}|{sent}|{self._webhook}|{zlib.crc32(body)}".encode()
        try:
            signature = base64.b64decode(headers.get("paypal-transmission-sig", ""), validate=True)
            key.verify(signature, signed, PKCS1v15(), SHA256())
        except (InvalidSignature, binascii.Error, ValueError):
            raise NotSignedError("its signature does not fit; is REPRIEVE_PAYPAL_WEBHOOK the webhook's id?") from None

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    def _believed(self, address: str) -> str:
        """The name that its certificate must have. Only PayPal's own hosts are believed, written in the one way."""
        try:
            place = urlsplit(address)
            port = place.port
        except ValueError:
            raise NotSignedError("its certificate has no address") from None
        odd = ".." in address or not _PLAIN.fullmatch(address)
        if odd or not place.path.startswith(CERTIFICATES):
            raise NotSignedError("its certificate is not where PayPal has them")
        if self._stand_in is not None:
            ours = self._stand_in
            if (place.scheme, place.hostname, port) == (ours.scheme, ours.hostname, ours.port):
                return HOSTS["api.sandbox.paypal.com"]
        elif place.scheme == "https" and port in (None, 443) and place.hostname in HOSTS:
            if (place.hostname in _LIVE) is self._live:
                return HOSTS[place.hostname]
            raise NotSignedError("it is of PayPal's other mode than REPRIEVE_PAYPAL_URL")
        raise NotSignedError("its certificate is not at PayPal's own host")

    async def _chain(self, address: str) -> bytes:
        if address in self._chains:
            return self._chains[address]
        chain = bytearray()
        try:
            async with self._http.stream("GET", address) as answer:  # redirects are not followed
                if answer.status_code != 200:  # noqa: PLR2004 - found
                    raise OutageError(f"PayPal: HTTP {answer.status_code} for a certificate")
                async for part in answer.aiter_bytes():
                    chain += part
                    if len(chain) > _LARGEST:
                        raise NotSignedError("its certificate is too long")
        except httpx2.HTTPError as error:
            raise OutageError(f"PayPal: no certificate ({type(error).__name__})") from None
        while len(self._chains) >= _MOST:
            self._chains.pop(next(iter(self._chains)))
        self._chains[address] = bytes(chain)
        return self._chains[address]

    def _key(self, chain: bytes, host: str, now: datetime) -> RSAPublicKey:
        try:
            leaf, *between = x509.load_pem_x509_certificates(chain)
            verifier = PolicyBuilder().store(Store(self._roots)).time(now).build_server_verifier(x509.DNSName(host))
            verifier.verify(leaf, between)
        except (ValueError, VerificationError):
            raise NotSignedError("its certificate is none of PayPal's") from None
        key = leaf.public_key()
        if not isinstance(key, RSAPublicKey):
            raise NotSignedError("its certificate has no RSA key")
        return key


def _authorities(file: Path) -> list[x509.Certificate]:
    """All in the file but those that break the rules for certificates: a few very old ones do."""
    found = list[x509.Certificate]()
    with warnings.catch_warnings(action="error", category=CryptographyDeprecationWarning):
        for each in _CERTIFICATE.findall(file.read_bytes()):
            with suppress(ValueError, CryptographyDeprecationWarning):
                found.append(x509.load_pem_x509_certificate(each))
    return found


def _recent(sent: str, now: datetime) -> None:
    try:
        at = datetime.fromisoformat(sent)
    except ValueError:
        raise NotSignedError("it has no time") from None
    if at.tzinfo is None or abs(now - at) > _TOLERANCE:
        raise NotSignedError("it is too old, or of the future")
