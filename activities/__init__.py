"""What a case has done outside: one activity class per file, ports injected, one order in, one result out."""
