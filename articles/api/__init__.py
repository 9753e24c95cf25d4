"""The delivery API of this app: a router for anyone's NinjaAPI."""

from .endpoints import router

__all__ = ["router"]
