"""HTML page of a run: everything a sceptical reader asks, in the order of asking."""
