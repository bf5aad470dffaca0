"""Stories, tables and pages, read off the log: nothing here decides anything."""
