"""Who asks, and with what: the dependencies of the routes."""

from typing import Annotated, cast

from fastapi import Depends, params
from starlette.exceptions import HTTPException
from starlette.requests import Request

from hpsearch.access import Key, Scope
from hpsearch.api.parts import ServiceParts


async def parts_of(request: Request) -> ServiceParts:
    """The parts that the application was made with."""
    return cast("ServiceParts", request.app.state.parts)


async def key_of(request: Request) -> Key:
    """The key that the gate has found. No route is reached without one but the few that are open."""
    return cast("Key", request.state.key)


Parts = Annotated[ServiceParts, Depends(parts_of)]
Caller = Annotated[Key, Depends(key_of)]


def requires(*scopes: Scope) -> params.Depends:
    """A dependency that refuses keys with none of the scopes; for ``dependencies=[requires(Scope.SUBMIT)]``."""

    async def check(caller: Caller) -> None:
        if not any(caller.allows(scope) for scope in scopes):
            raise HTTPException(403, lacking(caller, *scopes))

    return cast("params.Depends", Depends(check))


def lacking(key: Key, *scopes: Scope) -> str:
    """Why the key is not enough."""
    has = ", ".join(sorted(key.scopes)) or "nothing"
    return (
        f"this needs a key with the scope {' or '.join(scopes)}, and the key {key.prefix} has {has}; ask for one that "
        "was created with this scope"
    )


def concerns(request: Request, study_id: int) -> None:
    """Notes which study a call is about, for log and audit, where the path does not name it as ``study_id``."""
    request.state.study_id = study_id
