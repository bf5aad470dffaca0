"""The examiner of the judges: generated replies of which everybody knows whether they are right."""
