"""Notices rendered from their templates, in the reader's language."""
