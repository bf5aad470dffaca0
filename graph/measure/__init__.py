"""Measurements of strategies and models: rollouts, gates, ablations, adapters."""
