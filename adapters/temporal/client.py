"""The connection to Temporal, from the SDK's own configuration."""

import asyncio
import time
from datetime import timedelta

import structlog
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import DataConverter
from temporalio.envconfig import ClientConfig
from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig
from temporalio.service import RetryConfig

from adapters.settings.loopback import is_on_this_machine
from dunning import names
from dunning.ports.outages import PATIENCE

log = structlog.stdlib.get_logger("reprieve.worker")
_INDEXED = {
    "keyword": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    "int": IndexedValueType.INDEXED_VALUE_TYPE_INT,
    "datetime": IndexedValueType.INDEXED_VALUE_TYPE_DATETIME,
}
_PAUSE = 0.5
"""Seconds between two tries to connect; the SDK itself tries calls again, but not this."""
_AS_TIME_ALLOWS = 1_000_000
LEAST = 2.0
"""Seconds that one call may take, however short the patience is: who is there needs a moment to answer, too."""


async def connect(
    patience: float = PATIENCE, runtime: Runtime | None = None, converter: DataConverter = pydantic_data_converter
) -> Client:
    """Connect as `temporal.toml` and the TEMPORAL_ variables say. `converter`: how what is sent is written.

    `patience`: seconds to wait for a server that is away, or takes connections and says nothing, now and in every call.
    Raises RuntimeError after that, or TimeoutError.
    """
    config = ClientConfig.load_client_connect_config()
    config.setdefault("target_host", "localhost:7233")  # as the `temporal` program does
    retries = RetryConfig(max_elapsed_time_millis=round(patience * 1000), max_retries=_AS_TIME_ALLOWS)
    until = time.monotonic() + patience
    while True:
        try:
            async with asyncio.timeout(max(until - time.monotonic(), LEAST)):
                return await Client.connect(**config, data_converter=converter, runtime=runtime, retry_config=retries)
        except TimeoutError:
            raise TimeoutError("it takes connections and says nothing") from None
        except ValueError as error:  # of `temporal.toml`
            raise RuntimeError(f"the address {config.get('target_host')!r} is none: {error}") from None
        except RuntimeError:
            if time.monotonic() + _PAUSE > until:
                raise
        await asyncio.sleep(_PAUSE)


def warn_if_unprotected() -> None:
    """Log it when the connection goes to another machine without TLS: who is in between reads and sends what they like.

    An API key brings TLS with it (https://docs.temporal.io/develop/environment-configuration).
    """
    config = ClientConfig.load_client_connect_config()
    host = config.get("target_host", "localhost:7233")
    if not (config.get("tls") or config.get("api_key") or is_on_this_machine(f"http://{host}")):
        log.warning("Temporal is on another machine, and the connection has no TLS (docs/security.md)", address=host)


def time_for_one_call(patience: float) -> timedelta:
    """How long a server that takes a call may be silent; the SDK itself would wait for half a minute."""
    return timedelta(seconds=max(patience, LEAST))


def measured(address: str) -> Runtime | None:
    """A runtime that serves the SDK's Prometheus metrics at `host:port`; None, the default one, for no address.

    None, too, when the port is taken: the worker works on. Raises ValueError for what is no address.
    """
    if not address:
        return None
    try:
        return Runtime(telemetry=TelemetryConfig(metrics=PrometheusConfig(bind_address=address)))
    except ValueError as error:
        if "os error" not in str(error):
            raise
        log.warning(
            "no metrics here; another worker on this machine needs a REPRIEVE_METRICS_ADDRESS", error=str(error)
        )
        return None


async def register(client: Client) -> None:
    """Register the search attributes that the namespace does not have yet. Raises RPCError when it may not."""
    known = await client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=client.namespace), retry=True
    )
    missing = {name: _INDEXED[kind] for name, kind in names.ATTRIBUTES if name not in known.custom_attributes}
    if missing:
        await client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(namespace=client.namespace, search_attributes=missing), retry=True
        )
