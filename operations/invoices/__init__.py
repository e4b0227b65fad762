"""An invoice as a file or a program names it: checked, compared with what is known, opened, alone or with thousands."""
