"""The tables of what is not sent yet, and nothing else."""
