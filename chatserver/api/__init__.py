"""HTTP under `/v1`: one module per noun, one table of operations for both the routes and the OpenAPI document."""

from chatserver.api.operation import ApiContext
from chatserver.api.routes import routes

__all__ = ["ApiContext", "routes"]
