"""Reading a file of invoices: JSON, JSON lines or CSV becomes rows with their line numbers, or reasons why not."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, cast

from cli.files.file_row import Bad, FileRow, UnreadableError
from cli.files.sheets import COLUMNS, sheet
from cli.shell.errors import BadInputError

IGNORED = "story"
"""A key for people's own notes; our demo says in it how the story ends."""


def read_rows(file: str, columns: Sequence[str] = COLUMNS) -> Iterator[FileRow | Bad]:
    """The rows of a file; `-` is standard input. Raises BadInputError when the file as a whole cannot be read.

    `columns` are those that a table may have.
    """
    text = _text(file)
    if not text.strip():
        raise BadInputError(f"{_named(file)} is empty")
    reader = _READERS.get(Path(file).suffix.lower()) or _detected(text)
    try:
        for row in sheet(text, IGNORED, columns) if reader is _csv else reader(text):
            yield row if isinstance(row, Bad) else _without_notes(row)
    except UnreadableError as error:
        raise BadInputError(f"{_named(file)}: {error}") from None


def _named(file: str) -> str:
    return "standard input" if file == "-" else file


def _text(file: str) -> str:
    try:
        raw = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        return raw.decode("utf-8-sig")
    except OSError as error:
        raise BadInputError(f"{file} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise BadInputError(f"{file} is not UTF-8 text (byte {error.start}); save it as UTF-8") from None


def _without_notes(row: FileRow) -> FileRow:
    return FileRow(row.line, {key: value for key, value in row.values.items() if key != IGNORED})


def _detected(text: str) -> Callable[[str], Iterator[FileRow | Bad]]:
    start = text.lstrip()[:1]
    if start == "[":
        return _json
    return _json_or_lines if start == "{" else _csv


def _json_or_lines(text: str) -> Iterator[FileRow | Bad]:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return _lines(text) if _first_line_is_whole(text) else _json(text)
    return _json(text)


def _first_line_is_whole(text: str) -> bool:
    try:
        json.loads(text.lstrip().split("\n", 1)[0])
    except (ValueError, RecursionError):
        return False
    return True


def _lines(text: str) -> Iterator[FileRow | Bad]:
    for line, source in enumerate(text.split("\n"), start=1):
        if not source.strip():
            continue
        try:
            yield _row(line, json.loads(source))
        except (ValueError, RecursionError) as error:
            yield Bad(line, "", f"is not JSON: {getattr(error, 'msg', error)}")


def _json(text: str) -> Iterator[FileRow | Bad]:
    """Element by element, because only so each one's line is known."""
    place = _after_space(text, 0)
    if text[place : place + 1] != "[":
        yield _row(_line(text, place), _whole(text))
        return
    _whole(text)
    decoder, line, counted = json.JSONDecoder(), 1, 0
    place = _after_space(text, place + 1)
    while text[place] != "]":
        line, counted = line + text.count("\n", counted, place), place
        value, place = decoder.raw_decode(text, place)
        yield _row(line, value)
        place = _after_space(text, place)
        place = _after_space(text, place + 1) if text[place] == "," else place


def _whole(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise UnreadableError(f"line {error.lineno}, column {error.colno}: not JSON: {error.msg}") from None
    except (ValueError, RecursionError) as error:
        raise UnreadableError(f"not JSON that can be read: {error}") from None


def _after_space(text: str, place: int) -> int:
    while place < len(text) and text[place] in " \t\r\n":
        place += 1
    return place


def _line(text: str, place: int) -> int:
    return text.count("\n", 0, place) + 1


def _row(line: int, value: object) -> FileRow | Bad:
    if not isinstance(value, dict):
        return Bad(line, "", "is not a JSON object with the keys of an invoice")
    return FileRow(line, cast("dict[str, Any]", value))


def _csv(text: str) -> Iterator[FileRow | Bad]:
    return sheet(text, IGNORED)


_READERS: dict[str, Callable[[str], Iterator[FileRow | Bad]]] = {
    ".csv": _csv,
    ".jsonl": _lines,
    ".ndjson": _lines,
    ".json": _json_or_lines,
}
