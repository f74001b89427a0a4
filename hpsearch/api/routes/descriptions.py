"""The sentences that stand below the fields of a class in its source, read only when somebody wants to see them."""

import ast
import inspect
import itertools
import textwrap


def field_descriptions(described: type) -> dict[str, str]:
    """Field to sentence, those of the classes it derives from included; empty where there is no source."""
    found: dict[str, str] = {}
    for one in reversed(described.__mro__):
        if one.__module__.partition(".")[0] == "hpsearch":
            found.update(_own(one))
    return found


def _own(described: type) -> dict[str, str]:
    try:
        (definition,) = ast.parse(textwrap.dedent(inspect.getsource(described))).body
    except OSError:
        return {}
    body = definition.body if isinstance(definition, ast.ClassDef) else []
    return {
        field.target.id: inspect.cleandoc(sentence.value.value)
        for field, sentence in itertools.pairwise(body)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
        if isinstance(sentence, ast.Expr) and isinstance(sentence.value, ast.Constant)
        if isinstance(sentence.value.value, str)
    }
