"""Signs what portal and command line send to Temporal, so that a case knows it from what others send there."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import uuid4  # noqa: TID251 - the id of a signature is nothing else's

from temporalio.client import Client
from temporalio.common import RawValue

from adapters.settings.settings import Settings
from dunning.signatures import Said, Signature, digest, mac


class Signed(NamedTuple):
    """What is sent: the arguments, and of an update its id."""

    args: list[RawValue]
    update: str


class Signer:
    """`secrets` are the ring, newest first: that one signs. Without any nothing is signed."""

    def __init__(self, secrets: Sequence[str] = ()) -> None:
        self._secrets = secrets

    def signed(self, client: Client, workflow: str, name: str, fact: object, id: str = "") -> Signed:  # noqa: A002
        """A signal, or an update of that `id` (empty: a new one), with its signature if there is a secret.

        The very bytes that are signed are sent: a converter may write the same value in other bytes a second time.
        """
        converter, by = client.data_converter.payload_converter, id or str(uuid4())
        body = converter.to_payload(fact)
        if not self._secrets:
            return Signed([RawValue(body)], by)
        said = Said(namespace=client.namespace, workflow=workflow, name=name, body=digest(body.data))
        signature = Signature(id=by, mac=mac(self._secrets[0], said, by))
        return Signed([RawValue(body), RawValue(converter.to_payload(signature))], by)


def signer_from(settings: Settings) -> Signer:
    """The signer with the settings' secrets."""
    return Signer([each.get_secret_value() for each in settings.facts_secrets])
