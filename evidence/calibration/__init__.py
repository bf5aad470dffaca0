"""Error rates of the gate, measured on simulated runs."""
