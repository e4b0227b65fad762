"""Activities at the gateway and in the books."""
