"""Gathers what many requests want to store into few commits, off the event loop.

While one commit runs, the next jobs gather: the busier the collector, the more share the price.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from exponea_game.collector.store import Job, Store


class Writer:
    """The only one who calls a store, from one task.

    Args:
        store: What to write to; it is closed at the end.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._thread = ThreadPoolExecutor(1, "collector-writer")  # waits behind no reader
        self._waiting: list[tuple[Job, asyncio.Future[Any]]] = []
        self._wanted = asyncio.Event()
        self._ended = False
        self.changed = asyncio.Event()
        """Set, and replaced by another, when there is something new to read."""

    async def write(self, job: Callable[[Store], Any]) -> Any:
        """Do a job; returns its result once it is committed.

        Raises:
            Exception: What the job raised, or the database where it could not be written.
        """
        done = asyncio.get_running_loop().create_future()
        self._waiting.append((job, done))
        self._wanted.set()
        return await done

    def announce(self) -> None:
        """Wake everybody who waits for a change."""
        changed, self.changed = self.changed, asyncio.Event()
        changed.set()

    def end(self) -> None:
        """Let ``run`` return once nothing is waiting."""
        self._ended = True
        self._wanted.set()

    async def run(self) -> None:
        """Commit what is waiting, until the end."""
        while self._waiting or not self._ended:
            await self._wanted.wait()
            self._wanted.clear()
            batch, self._waiting = self._waiting, []
            jobs = [job for job, _ in batch]
            for (_, done), result in zip(batch, await self._commit(jobs), strict=True):
                if not done.done():  # the request may be gone
                    _settle(done, result)
            self.announce()
        self._store.close()
        self._thread.shutdown()

    async def _commit(self, jobs: list[Job]) -> list[Any]:
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._thread, self._store.commit, jobs)
        except Exception as error:  # noqa: BLE001 - each of those who wait is to be told
            return [error] * len(jobs)


def _settle(done: asyncio.Future[Any], result: object) -> None:
    if isinstance(result, Exception):
        done.set_exception(result)
    else:
        done.set_result(result)
