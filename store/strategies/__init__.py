"""Strategy versions, projected from the log: history, diff, merge, blame, reviews."""
