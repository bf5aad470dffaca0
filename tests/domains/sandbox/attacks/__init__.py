"""Programs that try to get out of the sandbox, or to pass without an answer, and their traces."""
