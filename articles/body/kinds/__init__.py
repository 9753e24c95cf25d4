"""Our kinds of blocks, one a module, each of which registers its own. What stands in this folder is there."""

from importlib import import_module
from pkgutil import iter_modules

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")
