"""The soak lives on all cores, and says how often a promise broke."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from itertools import count
from types import SimpleNamespace

import pytest

from . import soak
from .truth import BrokenPromiseError


class Lives:
    """Two lives a seed; each third seed breaks a promise in its second one."""

    def __init__(self, seed):
        self.seed, self.lived = seed, 1

    def run(self):
        if self.seed % 3 == 0:
            raise BrokenPromiseError(f"seed {self.seed}")
        return 2


@pytest.fixture(autouse=True)
def lives(monkeypatch):
    """Lives that take no time; a clock that moves on by a second a look."""
    monkeypatch.setattr(soak, "Lives", Lives)
    monkeypatch.setattr(soak.time, "monotonic", count().__next__)


def test_each_seed_is_counted_and_a_broken_promise_is_told_with_it(capsys):
    assert soak.soak(soak.Share(1, 2, 3.0)) == (3, 5, 1)  # 1, 3, 5
    assert capsys.readouterr().err == "seed 3\n"


def test_all_cores_have_seeds_of_their_own_and_what_broke_is_summed_up(monkeypatch, capsys):
    taken = []

    @contextmanager
    def pool(cores):
        yield SimpleNamespace(map=lambda work, shares: [work(taken.append(s) or s) for s in shares])

    monkeypatch.setattr(soak, "get_context", lambda _: SimpleNamespace(Pool=pool))

    status = soak.main(["--cores", "3", "--first", "10", "--minutes", "0"])

    assert [(share.first, share.step) for share in taken] == [(10, 3), (11, 3), (12, 3)]
    assert status == 1
    assert "5 lives" in (told := capsys.readouterr().out)
    assert "1 of 3 seeds broke a promise" in told


def test_one_seed_is_lived_alone(capsys):
    assert soak.main(["--seed", "4"]) == 0
    assert "2 lives" in capsys.readouterr().out


def test_a_seed_that_does_not_end_is_told(monkeypatch, capsys):
    told = threading.Event()

    class Endless(Lives):
        def run(self):
            assert told.wait(10)
            return 2

    def tell(words, file, flush):
        print(words, file=file, flush=flush)
        told.set()

    monkeypatch.setattr(soak, "Lives", Endless)
    monkeypatch.setattr(soak, "LATE", 0.01)
    monkeypatch.setattr(soak, "print", tell, raising=False)

    assert soak.soak(soak.Share(7, 1, 0.0)) == (1, 2, 0)
    assert capsys.readouterr().err == "seed 7 has not ended after 0.01 s\n"
