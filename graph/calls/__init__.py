"""Model calls: journaled, budgeted, with secrets taken out."""
