"""Commands about users of ours."""
