"""Code that runs inside the clean interpreter: it imports the standard library alone."""
