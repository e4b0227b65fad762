"""The operator's commands; `starter.py` is their entry."""
