"""The user's own code, by import path. The only place that imports anything that a definition names."""

import importlib
import sysconfig
import traceback
from collections.abc import Callable
from typing import Any

from hpsearch.errors import DefinitionError, Problem, shown

USERS_FAILURES = (Exception, SystemExit)
"""What code of a user's own can raise: ``sys.exit`` in it must not end the program silently."""


def import_factory(text: str, path: str) -> Callable[..., Any]:
    """Imports ``module:callable``; ``path`` is the place in the definition that names it.

    Runs the module's code: only for definitions that come from the user of this machine. Raises DefinitionError if
    the text has another form, the module cannot be imported, or there is nothing callable of that name in it.
    """
    module_name, separator, name = text.partition(":")
    if not (separator and name.isidentifier() and all(part.isidentifier() for part in module_name.split("."))):
        raise _rejected(path, text, "a factory is written module:callable", "Write for example mymodule:build.")
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{module_name}.".startswith(f"{error.name}."):
            raise _failed(path, text, module_name, error) from error
        advice = f"Put {module_name.split('.')[0]} beside the study file, or install it."
        raise _rejected(path, text, f"there is no module {error.name!r} to import", advice) from error
    except USERS_FAILURES as error:
        raise _failed(path, text, module_name, error) from error
    try:
        found = getattr(module, name)
    except AttributeError as error:
        advice = f"Define {name} in {module_name}, or correct the name behind the colon."
        raise _rejected(path, text, f"the module {module_name} has no {name!r}", advice) from error
    if not callable(found):
        advice = f"Name a function or a class of {module_name}."
        raise _rejected(path, text, f"{name} is a {type(found).__name__}, which cannot be called", advice)
    checked: Callable[..., Any] = found
    return checked


def raised_in(error: BaseException) -> str:
    """Where the user's code raised, as ``" (file.py, line 3)"``; empty if the call itself was refused.

    To be asked in the function that called it. Of the user's frames the innermost is named; what the code calls
    of Python's library and of installed packages is passed over.
    """
    frames = traceback.extract_tb(error.__traceback__)[1:]
    frames = [frame for frame in frames if not frame.filename.startswith("<frozen")]
    library = sysconfig.get_path("stdlib")
    own = [frame for frame in frames if "site-packages" not in frame.filename and library not in frame.filename]
    if not frames:
        return ""
    last = own[-1] if own else frames[0]
    return f" ({last.filename}, line {last.lineno})"


def _rejected(path: str, text: str, rule: str, advice: str) -> DefinitionError:
    return DefinitionError([Problem(path, shown(text), rule, advice)])


def _failed(path: str, text: str, module_name: str, error: BaseException) -> DefinitionError:
    rule = f"importing the module {module_name} failed: {type(error).__name__}: {error}{raised_in(error)}"
    return _rejected(path, text, rule, "Make the module import on its own first.")
