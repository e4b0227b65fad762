"""What the commands about windows have in common."""

from typing import Annotated

from cyclopts import Parameter

Id = Annotated[str, Parameter(help="The window's id, such as 2026-12-01-2100; `window list` has them.")]
