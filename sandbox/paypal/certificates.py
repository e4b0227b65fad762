"""An authority of the stand-in's own, and the certificate by which it signs webhooks as PayPal does."""

import base64
import zlib
from datetime import UTC, datetime, timedelta
from functools import cached_property

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

HOST = "messageverificationcerts.sandbox.paypal.com"
_DAY = timedelta(days=1)


def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _name(words: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, words)])


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


class Authority:
    """Made when it is first needed: keys take a moment. `host` is the name in the certificate that signs."""

    def __init__(self, host: str = HOST) -> None:
        self._host = host

    @cached_property
    def _keys(self) -> tuple[rsa.RSAPrivateKey, rsa.RSAPrivateKey]:
        return _key(), _key()

    @cached_property
    def root(self) -> x509.Certificate:
        """The authority's own certificate."""
        key, name = self._keys[0], _name("Sandbox authority")
        identity = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        return (
            self._dated(name, name, key)
            .add_extension(x509.BasicConstraints(ca=True, path_length=1), critical=True)
            .add_extension(_usage(signs_certificates=True), critical=True)
            .add_extension(identity, critical=False)
            .sign(key, SHA256())
        )

    @cached_property
    def leaf(self) -> x509.Certificate:
        """The certificate of who signs webhooks."""
        authority, key = self._keys
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key())
        return (
            self._dated(_name(self._host), self.root.subject, key)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(self._host)]), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(issuer, critical=False)
            .sign(authority, SHA256())
        )

    def root_pem(self) -> bytes:
        """Who is to be believed."""
        return self.root.public_bytes(Encoding.PEM)

    def chain_pem(self) -> bytes:
        """As it is served."""
        return self.leaf.public_bytes(Encoding.PEM)

    def signature(self, named: str, at: str, webhook: str, body: bytes) -> str:
        """SHA256withRSA over id, time, webhook and the body's CRC32, in base64."""
        signed = f"{named}|{at}|{webhook}|{zlib.crc32(body)}".encode()
        return base64.b64encode(self._keys[1].sign(signed, PKCS1v15(), SHA256())).decode()

    def _dated(self, subject: x509.Name, issuer: x509.Name, key: rsa.RSAPrivateKey) -> x509.CertificateBuilder:
        now = datetime.now(UTC)  # noqa: TID251 - the company's clock is a real one
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - _DAY)
            .not_valid_after(now + 300 * _DAY)
        )
