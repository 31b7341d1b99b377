"""The states of an investigation, and who may lead it from one to another. Pure."""

from __future__ import annotations

from enum import StrEnum

from app.errors import Rejected


class State(StrEnum):
    """Where an investigation stands."""

    OPEN = "open"  # nobody looks at it yet
    TAKEN = "taken"  # somebody does
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"  # whoever asked needs it no more


#: The states in which somebody still waits for an answer.
WAITING = (State.OPEN, State.TAKEN)

#: From where each state can be reached. What is answered or withdrawn can be taken up again.
_FROM = {
    State.OPEN: (State.TAKEN, State.ANSWERED, State.WITHDRAWN),
    State.TAKEN: (State.OPEN, State.TAKEN, State.ANSWERED, State.WITHDRAWN),
    State.ANSWERED: WAITING,
    State.WITHDRAWN: WAITING,
}


def check(before: State, after: State) -> None:
    """Raise Rejected with code ``conflict`` when an investigation cannot go from one state to the other."""
    if before not in _FROM[after]:
        raise Rejected(f"This investigation is {before.value}, so it cannot become {after.value}.", code="conflict")
