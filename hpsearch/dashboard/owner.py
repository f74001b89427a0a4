"""Whose studies a request may see, in the header that the proxy adds to it."""

import base64

OWNER_HEADER = "X-Hpsearch-Owner"
"""Only the proxy speaks to the dashboard's socket, and it passes on no header of this name that a client sent."""
OWNER_VARIABLE = f"HTTP_{OWNER_HEADER.upper().replace('-', '_')}"
"""The same where a WSGI application looks for it."""

EVERYBODY = "*"


def owner_header(whose: str | None) -> str:
    """The value of the header; None stands for the studies of all owners.

    Raises ValueError for an empty name, which the views would take for no owner at all.
    """
    if whose is None:
        return EVERYBODY
    if not whose:
        raise ValueError("an owner has a name, and this one is empty")
    return base64.urlsafe_b64encode(whose.encode()).decode()


def owner_of(header: str) -> str | None:
    """What ``owner_header`` was given; raises ValueError for anything else."""
    if header == EVERYBODY:
        return None
    whose = base64.b64decode(header, altchars=b"-_", validate=True).decode()
    if not whose:
        raise ValueError("the header that names the owner is empty")
    return whose
