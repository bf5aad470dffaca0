"""The gate: paired tests of a candidate against the incumbent."""
