"""The HTTP interface: requests, forms, parameters, errors, idempotency. It knows no object."""
