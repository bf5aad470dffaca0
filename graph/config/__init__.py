"""Config of a run: one TOML file, checked before anything begins."""
