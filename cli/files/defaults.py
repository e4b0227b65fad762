"""What the command line says once for all rows that do not say it themselves."""

from typing import cast

from cli.files.file_row import Bad, FileRow
from cli.shell.preferences import settings

SANDBOX = "sandbox"
"""The stand-in, which only who tries things out has among the panels."""


def filled(row: FileRow | Bad, panel: str, **said: str) -> FileRow | Bad:
    """The row with what the command says for rows that do not say it themselves: `said` by key, empty for nothing."""
    if isinstance(row, Bad):
        return row
    values = {**row.values, **{key: row.values.get(key) or value for key, value in said.items() if value}}
    if isinstance(services := values.get("services"), list):
        values["services"] = [_on(each, panel) for each in cast("list[object]", services)]
    return FileRow(row.line, values)


def _on(service: object, panel: str) -> object:
    return {"panel": panel, **cast("dict[str, object]", service)} if isinstance(service, dict) else service


def usual_panel() -> str:
    """The panel of services that name none: the stand-in if there is one, else the settings' only panel, else none."""
    panels = list(settings().panels)
    return SANDBOX if SANDBOX in panels else panels[0] if len(panels) == 1 else ""
