"""The delivery API of this app: a router for anyone's NinjaAPI."""

from articles.api.endpoints import router

__all__ = ["router"]
