"""The demo: a server with people who have something to do with each other, and how to be each of them."""
