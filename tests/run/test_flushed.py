"""What a flush says of itself."""

from exponea_game.run.flushed import Flushed


def test_a_flush_is_true_where_nothing_is_left():
    assert Flushed(3, 0, "")
    assert not Flushed(3, 1, "")
