"""Commands about the operator's calendar: maintenance windows."""
