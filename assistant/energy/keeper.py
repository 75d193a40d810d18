"""Keep a ledger's totals: every second while something is open, every half minute otherwise, and once at the end.

One thread, which sleeps while nothing is asked. Off the path of answers. Knows nothing of what is metered.
"""

import threading
from datetime import date

from assistant.energy.ledger import OTHERS, STANDBY, Ledger
from assistant.energy.store import Store
from assistant.energy.usage import Usage

OFTEN, SELDOM = 1.0, 30.0  # seconds; a counter of 65 536 J turns round in 234 s at 280 W


class Keeper:
    """Ticks a ledger and writes what its accounts used into a store."""

    def __init__(self, ledger: Ledger, store: Store) -> None:
        self._ledger, self._store = ledger, store
        self._before: dict[str, Usage] = {}
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to tick."""
        self._thread = threading.Thread(target=self._run, name="energy", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop ticking and write the last of it."""
        self._stop.set()
        self._ledger.opened.set()
        if self._thread is not None:
            self._thread.join(timeout=5)
        self.keep()

    def keep(self) -> bool:
        """Write what was used since the last time; False when this folder keeps nothing."""
        kept, day = True, date.today().isoformat()
        for name, used in self._ledger.usages().items():
            if name in (OTHERS, STANDBY):
                continue  # not ours
            since = used.less(self._before[name]) if name in self._before else used
            total = self._ledger.total(since)
            if total.reading is None and not total.sections:
                continue
            done = self._store.add(day, name, total)
            if done:
                self._before[name] = used
            kept = kept and done
        return kept

    def _run(self) -> None:
        while not self._stop.is_set():
            if self._ledger.working:
                self._stop.wait(OFTEN)
                self._ledger.tick()
            else:
                self.keep()
                self._ledger.opened.clear()
                # A section opened, or a stop asked for, before the clearing must not wait half a minute.
                if not (self._ledger.working or self._stop.is_set()):
                    self._ledger.opened.wait(SELDOM)
