"""Rows of attachments."""
