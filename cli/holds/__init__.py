"""Commands about holds of staff, sites and panels that drifted."""
