"""How long a guesser waits: nothing for honest mistakes, then twice as long with every further one."""

from __future__ import annotations

from dataclasses import dataclass

#: Seconds after which a wrong guess is forgotten, when no other has followed it.
FORGOTTEN_SECONDS = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Delay:
    """``free`` guesses without a wait; then ``first`` seconds, doubled with each further one up to ``longest``."""

    free: int
    first: float
    longest: float

    def after(self, failures: int) -> float:
        """Return the seconds to wait after so many wrong guesses."""
        over = failures - self.free
        if over < 0:
            return 0.0
        # The exponent is bounded before it is used: 2.0 ** 2000 is no number.
        return float(min(self.longest, self.first * 2.0 ** min(over, 40)))


#: One account from one network. People mistype three or four times, and then they think.
ACCOUNT_FROM_NETWORK = Delay(free=5, first=2.0, longest=900.0)

#: One network, whatever the account: many people may sit behind it, so it gets more room.
NETWORK = Delay(free=30, first=2.0, longest=900.0)

#: One account from everywhere. NIST SP 800-63B (section on rate limiting) allows no more than 100 wrong guesses in a
#: row; browsers that have signed in before are outside of this, so that nobody can shut the owner out with it.
ACCOUNT = Delay(free=100, first=60.0, longest=3600.0)

#: One browser that has signed in to this account before.
KNOWN_BROWSER = Delay(free=10, first=2.0, longest=900.0)

#: The second factor of one account, from the known browser or from all others together. Whoever gets here has the
#: password; at these delays the six digits of a code withstand guessing for years.
SECOND_FACTOR = Delay(free=5, first=4.0, longest=900.0)
