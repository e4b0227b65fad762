"""How settings are written that lead somewhere: addresses of the web and of mail, hosts, ports, folders; and how long.

What would be found out when it is first used would be found out at night, before a customer: so a program does not
start with it.
"""

import re
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, IPvAnyNetwork

from dunning.visible import in_a_line, visible

MOST_PORT = 65_535
_HOUR, _DAY = 3_600.0, 86_400.0
_MOST_BYTES, _MOST_COUNT = 2**30, 1_000_000_000
_WHOLE = "it has to be a whole address, like https://pay.hosting.example"
_NO_FOLDER = "there is no such folder"
_NAME = re.compile(r"\w(?:[\w.-]*\w)?\.?")
_MAIL = re.compile(r"[^\s<>(),;:\\\"@\x00-\x1f\x7f-\U0010ffff]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
_NAME_SERVER = re.compile(r"(?:\[(?P<six>[0-9a-fA-F:.]+)\]|(?P<four>[0-9.]+))(?::(?P<port>[0-9]{1,5}))?")


def web_page(text: str) -> str:
    """An address that browsers open. Raises ValueError."""
    _split(text)
    return text


def web_address(text: str) -> str:
    """One that paths are added to, so that nothing follows its own path. Raises ValueError."""
    place = _split(text)
    if place.query or place.fragment or text.endswith(("?", "#")):
        raise ValueError("nothing may follow the path: paths are added to it")
    return text


def origin(text: str) -> str:
    """Scheme, host and port, as browsers send them. Raises ValueError."""
    if web_address(text) and _split(text).path:
        raise ValueError("write scheme and host alone, like https://temporal.hosting.example, with no slash at the end")
    return text


def _split(text: str) -> SplitResult:
    if text != "".join(in_a_line(text).split()):
        raise ValueError(_WHOLE)
    try:
        place = urlsplit(text)
        usable = place.scheme in ("http", "https") and _is_host(place.hostname or "") and place.port != 0
    except ValueError:  # a port that is none, or half an address of IPv6
        raise ValueError(_WHOLE) from None
    if not usable:
        raise ValueError(_WHOLE)
    if "@" in place.netloc:
        raise ValueError("it may hold no login")
    return place


def mail_address(text: str) -> str:
    """One that a mail can be sent from, and to. Raises ValueError."""
    if not _MAIL.fullmatch(text):
        raise ValueError("it has to be one mail address and nothing else, like billing@hosting.example")
    return text


def host(text: str) -> str:
    """The name or address of a machine. Raises ValueError."""
    if not _is_host(text):
        raise ValueError("it has to be the name of a machine, or its address, without a port")
    return text


def host_and_port(text: str) -> str:
    """Where a server listens, as Temporal's own settings write it. Raises ValueError."""
    try:
        place = urlsplit(f"//{text}")
        usable = place.netloc == text and _is_host(place.hostname or "") and place.port != 0
    except ValueError:
        usable = False
    if not usable or text != "".join(in_a_line(text).split()):
        raise ValueError("it has to be a host and a port, like temporal.hosting.example:7233")
    return text


def name_server(text: str) -> str:
    """An address, with a port if that is not 53. Raises ValueError."""
    found = _NAME_SERVER.fullmatch(text)
    if not (found and _is_address(found["six"] or found["four"]) and 0 < int(found["port"] or 53) <= MOST_PORT):
        raise ValueError("write an address like 192.0.2.1, 192.0.2.1:5353 or [2001:db8::1]:53")
    return text


def line(text: str) -> str:
    """Words in one line; they stand in the heads of mails, too. Raises ValueError."""
    if not text.strip() or in_a_line(text) != text:
        raise ValueError("it has to be words in one line, and no character that nobody sees")
    return text


def lines(text: str) -> str:
    """Words in lines, or none. Raises ValueError."""
    if visible(text) != text.replace("\r\n", "\n"):
        raise ValueError("it holds a character that nobody sees")
    return text


def folder(path: Path) -> Path:
    """A folder that is there. Raises ValueError."""
    if not path.is_dir():
        raise ValueError(_NO_FOLDER)
    return path


def _named(given: Any) -> Any:
    if given == "":  # it would be the folder that the program was started in
        raise ValueError(_NO_FOLDER)
    return given


def network(given: IPvAnyNetwork) -> IPvAnyNetwork:
    """Some machines. Raises ValueError for all that there are."""
    if not given.prefixlen:
        raise ValueError("it would be every machine that there is: name the networks that are meant")
    return given


def _is_host(text: str) -> bool:
    if text.rstrip(".").rpartition(".")[2].isdecimal():  # it is no name then
        return _is_address(text)
    return _is_address(text) or (len(text) <= 253 and ".." not in text and _NAME.fullmatch(text) is not None)  # noqa: PLR2004 - RFC 1035


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


WebPage = Annotated[str, AfterValidator(lambda text: web_page(text) if text else text)]
"""It may be empty: there is none."""
WebAddress = Annotated[str, AfterValidator(web_address)]
WebAddressOrNone = Annotated[str, AfterValidator(lambda text: web_address(text) if text else text)]
Origin = Annotated[str, AfterValidator(lambda text: origin(text) if text else text)]
"""It may be empty, too."""
MailAddress = Annotated[str, AfterValidator(mail_address)]
MailAddressOrNone = Annotated[str, AfterValidator(lambda text: mail_address(text) if text else text)]
Host = Annotated[str, AfterValidator(host)]
NameServer = Annotated[str, AfterValidator(name_server)]
Network = Annotated[IPvAnyNetwork, AfterValidator(network)]
Port = Annotated[int, Field(ge=0, le=MOST_PORT)]
"""0: none, or a free one."""
Queue = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
Line = Annotated[str, AfterValidator(line)]
Lines = Annotated[str, AfterValidator(lines)]
Folder = Annotated[Path, BeforeValidator(_named), AfterValidator(folder)]
Seconds = Annotated[float, Field(gt=0, le=_HOUR)]
"""Patience."""
SecondsOrNone = Annotated[float, Field(ge=0, le=_DAY)]
Hours = Annotated[float, Field(gt=0, le=_HOUR)]
"""Of a window: five months at the most."""
Bytes = Annotated[int, Field(gt=0, le=_MOST_BYTES)]
Count = Annotated[int, Field(gt=0, le=_MOST_COUNT)]
CountOrNone = Annotated[int, Field(ge=0, le=_MOST_COUNT)]
Rate = Annotated[float, Field(gt=0, le=_MOST_COUNT)]
