"""A life on paper: what a policy would do, without any real case."""
