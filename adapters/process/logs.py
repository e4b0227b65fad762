"""Structured logs: one line an event, JSON for machines or colours for people. No personal data goes in."""

import logging
import sys

import structlog

from dunning.ports.outages import OutageError
from dunning.visible import in_a_line, in_json, visible


def configure(level: str, *, as_json: bool) -> None:
    """Send structlog's and the standard library's events through one renderer to standard error."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last = (_document,) if as_json else (in_lines, structlog.dev.ConsoleRenderer())
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                *last,
            ],
        )
    )
    handler.addFilter(_without_traceback)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    # A line for every call to a company says nothing that the case does not, and names the customer's user there.
    logging.getLogger("httpx2").setLevel("WARNING")
    # At DEBUG it writes whole rows, with names and addresses in them.
    logging.getLogger("aiosqlite").setLevel("WARNING")


def in_lines(_logger: object, _name: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """No stranger's words steer a terminal or begin a line of their own; a traceback has many."""
    shown = {key: in_a_line(value) for key, value in event.items() if isinstance(value, str) and key != _TRACEBACK}
    traceback = {key: visible(event[key]) for key in (_TRACEBACK,) if key in event}
    return {**event, **shown, **traceback}


_TRACEBACK = "exception"
_JSON = structlog.processors.JSONRenderer(ensure_ascii=False)


def _document(logger: object, name: str, event: structlog.typing.EventDict) -> str:
    return in_json(str(_JSON(logger, name, event)))


def _without_traceback(record: logging.LogRecord) -> bool:
    """An outage is told in one line: a traceback for each activity that waits for the store would bury the others."""
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, OutageError):
        record.msg, record.args, record.exc_info = f"{record.getMessage()}: {error}", (), None
    return True
