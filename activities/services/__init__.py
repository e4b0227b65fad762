"""Activities at the control panels. What an invoice's money does is in `payments`."""
