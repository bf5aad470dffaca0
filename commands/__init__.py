"""What a person types: one file for each group of commands, on top of the house."""
