"""Models behind a network: protocols, their faults and limits."""
