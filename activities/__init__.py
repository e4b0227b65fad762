"""What a case has done outside: ports injected, one order in, one result out. What people ask for: `operations`."""
