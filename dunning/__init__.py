"""The rules of dunning: pure, without clock, input/output or Temporal. A rule about money or time takes `now`."""
