"""What a case costs and how fast it goes, measured on this machine beside a baseline. `make bench`; see README.md."""
