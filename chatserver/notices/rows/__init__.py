"""Rows of notices: what people hear of, what is to be sent, and where to."""
