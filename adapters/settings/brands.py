"""Brands: under which name, colours and addresses customers are written to. The house's own, and others by name."""

from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from adapters.settings.forms import Line, Lines, MailAddressOrNone, WebAddressOrNone
from dunning.visible import in_a_line

COLOUR: Final = "#0a5ca8"
LOGO: Final = "logo"
"""The name under which a mail's HTML has the picture that travels with it: `cid:logo`."""
MOST: Final = 100_000
"""Bytes of a logo: it is in each page, and in each mail."""
_LEAST_CONTRAST = 4.5
"""Of white letters on the colour (WCAG 2.2, 1.4.3)."""
_TYPES = {b"\x89PNG": "png", b"\xff\xd8\xff": "jpeg", b"GIF8": "gif"}

ImageType = Literal["png", "jpeg", "gif"]


def _readable(colour: str) -> str:
    if (contrast := _contrast(colour)) < _LEAST_CONTRAST:
        raise ValueError(
            f"white words on {colour} cannot be read (contrast {contrast:.1f}, at least {_LEAST_CONTRAST}); "
            "take a darker one"
        )
    return colour


def _a_logo(path: Path) -> Path:
    read_logo(path)
    return path


Colour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$"), AfterValidator(_readable)]
LogoFile = Annotated[Path, AfterValidator(_a_logo)]


class BrandSettings(BaseModel):
    """One of the `brands` of the settings; what is left empty is as the house has it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    company: Line
    mail_from: MailAddressOrNone = ""
    mail_reply_to: MailAddressOrNone = ""
    portal_url: WebAddressOrNone = ""
    colour: Colour | None = None
    logo: LogoFile | None = None
    legal: Lines = ""


@dataclass(frozen=True)
class Logo:
    """A picture, as its file has it."""

    data: bytes = field(repr=False)
    type: ImageType

    @property
    def url(self) -> str:
        """The picture itself as an address, for pages: nothing is fetched."""
        return f"data:image/{self.type};base64,{b64encode(self.data).decode()}"


@dataclass(frozen=True)
class Brand:
    """Who writes. `contact` is the address to write to, and the sender of mails; `url` is where links lead.

    `reply_to`: where answers go to notices that nobody reads answers to. `legal` stands at the foot of all.
    """

    company: str
    contact: str
    reply_to: str = ""
    url: str = ""
    colour: str = COLOUR
    logo: Logo | None = None
    legal: str = ""
    name: str = ""

    @property
    def light(self) -> str:
        """The colour for words on a dark ground."""
        return "#" + "".join(f"{round(each + (255 - each) * 0.62):02x}" for each in _channels(self.colour))

    @property
    def legal_lines(self) -> list[str]:
        """The foot, line by line."""
        return [line.strip() for line in self.legal.splitlines() if line.strip()]


class Brands:
    """The house's own, which every account has that names none, and the others."""

    def __init__(self, house: Brand, others: Mapping[str, Brand] | None = None) -> None:
        self.house = house
        self._others = dict(others or {})

    def of(self, name: str) -> Brand:
        """The brand of that name. One that was taken out of the settings is the house's: better than to say nothing."""
        return self._others.get(name, self.house)

    def at(self, host: str) -> Brand:
        """The one whose links lead to that host, as a browser names it."""
        own = (each for each in self._others.values() if each.url != self.house.url)
        return next((each for each in own if urlsplit(each.url).netloc == host), self.house)

    def known(self, name: str) -> bool:
        """Whether there is such a brand."""
        return name in self._others

    @property
    def names(self) -> Iterable[str]:
        """Those of the others."""
        return sorted(self._others)

    @property
    def all(self) -> tuple[Brand, ...]:
        """All of them."""
        return (self.house, *self._others.values())


def brand(name: str, settings: BrandSettings, house: Brand) -> Brand:
    """The brand as its settings say, with the house's addresses where it has none. A house's logo is nobody else's."""
    return Brand(
        company=settings.company,
        contact=settings.mail_from or house.contact,
        reply_to=settings.mail_reply_to or house.reply_to,
        url=settings.portal_url or house.url,
        colour=settings.colour or house.colour,
        logo=read_logo(settings.logo) if settings.logo else None,
        legal=settings.legal,
        name=name,
    )


def read_logo(path: Path) -> Logo:
    """The picture of that file. Raises ValueError for what is none that mails can show."""
    shown = in_a_line(str(path))
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ValueError(f"{shown} cannot be read: {error.strerror}") from None
    if len(data) > MOST:
        raise ValueError(f"{shown} has {len(data)} bytes; a logo has {MOST} at most")
    kind = next((kind for start, kind in _TYPES.items() if data.startswith(start)), None)
    if kind is None:
        raise ValueError(f"{shown} is no PNG, JPEG or GIF; mail programs show nothing else")
    return Logo(data, kind)  # pyright: ignore[reportArgumentType]


def with_logo(html: str, its: Brand) -> str:
    """A mail's HTML as a browser shows it, where no picture travels beside it."""
    return html.replace(f"cid:{LOGO}", its.logo.url if its.logo else "data:,")


def _channels(colour: str) -> list[int]:
    return [int(colour[place : place + 2], 16) for place in (1, 3, 5)]


def _contrast(colour: str) -> float:
    """Of white on the colour, as WCAG defines it."""
    red, green, blue = (_linear(each / 255) for each in _channels(colour))
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - WCAG's own numbers
