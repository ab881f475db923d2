"""When to submit worker jobs, and how many: where Slurm takes no more, it is asked twice a minute at most, then less."""

from __future__ import annotations

SPACING = 30.0  # seconds between two tries, while Slurm limits how many jobs there may be
_SHORTEST, _LONGEST = 5.0, 300.0


class SubmitPace:
    """`why` is a sentence on why no more jobs are submitted for now, "" where they are. Times are of one clock.

    limited: whether Slurm has said no to the last one, or takes no more.
    """

    def __init__(self, spacing: float = SPACING) -> None:
        """spacing: least seconds between two tries while Slurm says no."""
        self._spacing = spacing
        self.why = ""
        self.limited = False
        self._most = 0  # elements of the next submission at most; 0: no limit
        self._not_before = 0.0
        self._tried = 0.0
        self._delay = _SHORTEST

    def size(self, count: int, now: float) -> int:
        """How many of `count` workers may be asked for in one submission now; 0 for none."""
        return min(count, self._most or count) if now >= self._not_before else 0

    def tried(self, now: float) -> None:
        """A submission is made. Where there is a limit, its answer shows how many Slurm takes."""
        self._tried = now
        if self._most:
            self._not_before = now + self._spacing

    def accepted(self) -> None:
        """Slurm has taken one."""
        self.why, self._most, self.limited = "", 0, False

    def full(self, message: str, count: int, now: float) -> None:
        """Slurm takes no more jobs now, said to a submission of `count`; perhaps it takes some of them."""
        self.gave_up(message)
        self.limited = True
        self._most = count // 2
        if self._most:
            self._not_before = now + self._spacing
        else:
            self._back_off(now, self._spacing)

    def gave_up(self, message: str) -> None:
        """Slurm takes no more jobs, as far as is known."""
        self.why = f"Slurm accepts no more jobs at the moment ({message})."

    def refused(self, why: str, now: float) -> None:
        """Slurm has refused one, for a reason that is `why`, a sentence."""
        self.why, self.limited = why, True
        self._back_off(now, self._spacing)

    def unable(self, why: str, now: float) -> None:
        """None can be submitted for a reason of this side, a sentence."""
        self.why = why
        self._back_off(now, _SHORTEST)

    def wait(self, now: float) -> None:
        """Something else speaks against a submission now; longer each time."""
        self._back_off(now, _SHORTEST)

    def _back_off(self, now: float, least: float) -> None:
        self._not_before = now + max(self._delay, least)
        self._delay = min(self._delay * 2, _LONGEST)

    def room(self) -> None:
        """A worker has begun, or has left: Slurm may take one now that it did not take before."""
        self._delay = _SHORTEST
        self._not_before = min(self._not_before, self._tried + self._spacing)
