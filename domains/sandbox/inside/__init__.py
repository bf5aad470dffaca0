"""The half that runs in the clean interpreter: the standard library alone, nothing of ours else."""
