"""Search by meaning: an index that can be rebuilt from the log at any time."""
