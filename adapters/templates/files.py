"""The files behind the notices: which one a title has in which language, laid out in HTML with its styles inlined."""

import hashlib
from collections.abc import Collection
from pathlib import Path
from typing import Any

from css_inline import CSSInliner
from jinja2 import (
    FileSystemLoader,
    StrictUndefined,
    TemplateError,
    TemplateNotFound,
    meta,
    select_autoescape,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment

from adapters.templates.locale import folders

COMMON = "common"
_ANY_TITLE = "any_title.txt"
_AROUND = ("layout.txt", "layout.html", "frame.html", "next_step.txt", "restoration.txt", "words.toml")


def slug(title: str) -> str:
    """The file name of a title: `First Invoice Overdue Notice` is `first_invoice_overdue_notice`."""
    words = ("".join(filter(str.isalnum, word)) for word in title.lower().split())
    return "_".join(filter(None, words))


def language_of(name: str) -> str:
    """The language of a template, by its folder; empty is English."""
    return "/".join(name.split("/")[1:-1])


class TemplateFiles:
    """`<folder>/<policy>/<language>/<slug>.txt`, and what `find` takes where that is missing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._inliner = CSSInliner(load_remote_stylesheets=False, keep_at_rules=True, remove_inlined_selectors=True)
        self._environment = ImmutableSandboxedEnvironment(
            loader=FileSystemLoader(folder),
            undefined=StrictUndefined,
            autoescape=select_autoescape(["html"]),
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def find(self, title: str, policy: str, language: str = "") -> str:
        """The template of a title: the policy's own in that language, the common one in it, then English.

        A title that nobody wrote words for gets plain ones: a notice that waits for a file warns nobody.
        """
        titles = (title, title.partition(":")[0])  # `Service Suspended: Abuse report` is a `Service Suspended`
        ways = [*(f"{each}/" for each in folders(language)), ""]
        places = [f"{folder}/{way}" for way in ways for folder in (policy, COMMON)]
        names = [f"{place}{slug(each)}.txt" for place in places for each in titles]
        plain = [f"{COMMON}/{way}{_ANY_TITLE}" for way in ways]
        return str(self._environment.select_template([*names, *plain]).name)

    def languages(self) -> tuple[str, ...]:
        """Those that any policy has a folder for, English first, as the empty one."""
        found = {folder.name for folder in self._folder.glob("*/*") if folder.is_dir()}
        return ("", *sorted(found))

    def near(self, language: str, name: str) -> str:
        """The common file of that name that stands nearest to the language."""
        places = [f"{COMMON}/{folder}/{name}" for folder in folders(language)]
        return str(self._environment.select_template([*places, f"{COMMON}/{name}"]).name)

    def render(self, name: str, facts: dict[str, Any]) -> str:
        """The words. Raises UndefinedError when the template names what the facts have not."""
        return self._environment.get_template(name).render(facts)

    def wrong(self, name: str, known: Collection[str]) -> str:
        """Why a file cannot be written, whatever it is about; empty when it can.

        It is no template, or names, in any branch, what is not among the `known` names.
        """
        try:
            self._environment.get_template(name)
            parsed = self._environment.parse((self._folder / name).read_text("utf-8"))
        except TemplateNotFound as error:
            return f"there is no file {error.name}"
        except (TemplateError, OSError, ValueError) as error:  # ValueError: it is not UTF-8
            return str(error)
        unknown = sorted(meta.find_undeclared_variables(parsed) - set(known) - set(self._environment.globals))
        if unknown:
            return f"{unknown[0]!r} is undefined"
        included = (each for each in meta.find_referenced_templates(parsed) if each)
        return next((f"{each}: {reason}" for each in included if (reason := self.wrong(each, known))), "")

    def laid_out(self, layout: str, page: dict[str, Any]) -> tuple[str, str]:
        """The page as plain text, and as HTML that carries its styles."""
        html = self.render(f"{COMMON}/{layout}.html", page)
        return self.render(f"{COMMON}/{layout}.txt", page), self._inliner.inline(html)

    def version(self, name: str) -> str:
        """The template with a digest of it and of all that stands around it."""
        around = [self._folder / self.near(language_of(name), each) for each in _AROUND]
        sources = b"\0".join(file.read_bytes() for file in (self._folder / name, *around))
        return f"{name.removesuffix('.txt')}@{hashlib.sha256(sources).hexdigest()[:12]}"
