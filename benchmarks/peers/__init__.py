"""Servers to compare with: each speaks the part of the chat protocol that the benchmark uses."""
