"""How the parts of rooms are put together, a module for each room. `foundation.py` and `app.py` put these together."""
