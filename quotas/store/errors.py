"""What goes wrong between a store and those who use it."""


class StoreError(Exception):
    """The store cannot answer now. Whether a post was written is unknown: post again with the same id."""
