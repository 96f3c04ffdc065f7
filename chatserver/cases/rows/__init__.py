"""The tables of cases, read and written."""
