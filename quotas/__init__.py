"""The rules of a subscription: when a member may write and when the mentor must answer.

Everything here but `ledger/` is pure: `now` is an argument, instants are integers (milliseconds since the Unix
epoch, UTC), and 0 stands for "none" wherever an instant is stored.
"""
