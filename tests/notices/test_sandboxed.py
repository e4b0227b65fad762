"""Templates are texts of the operator's: what they name is read, and nothing of the program is reached from there."""

from pathlib import Path

import pytest
from jinja2.exceptions import SecurityError

from adapters.templates.files import TemplateFiles
from portal.http.html import templates

ATTACKS = [
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ facts.__init__.__objclass__ }}",
    "{{ '{0.__class__.__init__.__globals__}'.format(facts) }}",
    "{{ facts.update({'a': 1}) }}",
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_template_reaches_nothing_of_the_program(tmp_path: Path, attack: str) -> None:
    (tmp_path / "common").mkdir()
    (tmp_path / "common" / "x.txt").write_text(attack)
    with pytest.raises(SecurityError):
        TemplateFiles(tmp_path).render("common/x.txt", {"facts": {"b": 2}})
    with pytest.raises(SecurityError):
        templates().from_string(attack).render(facts={"b": 2})
