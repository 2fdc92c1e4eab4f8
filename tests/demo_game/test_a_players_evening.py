"""The play data of an evening: what a player does, and what the game's makers hear of it."""

from demo_game import tracking


def test_a_lost_level_says_why_and_where(exponea):
    tracking.begin(exponea.window)

    tracking.level_start(3, attempt=2)
    tracking.level_failed(3, "debris", 12.6, 99.4)

    exponea.assert_tracked("level_start", {"level": 3, "attempt": 2}, times=1)
    exponea.assert_tracked("level_failed", {"cause": "debris", "x": 13, "y": 99})


def test_looking_something_up_is_part_of_the_session_and_supper_is_not(exponea):
    tracking.begin(exponea.window)
    exponea.wait(minutes=10)

    exponea.alt_tab(seconds=40)
    exponea.assert_sessions("open")

    exponea.alt_tab(minutes=30)
    exponea.assert_sessions("left", "open")
    assert 640 <= exponea.sessions[0].duration <= 642


def test_a_crash_costs_a_win_on_a_train_nothing(exponea):
    tracking.begin(exponea.window)
    exponea.go_offline()

    tracking.level_complete(1, seconds=41.23, score=900)
    exponea.wait(seconds=20)
    exponea.crash()
    exponea.wait(hours=1)
    exponea.go_online()
    exponea.relaunch()

    exponea.assert_tracked("level_complete", {"seconds": 41.2, "score": 900}, times=1)
    exponea.assert_sessions("crashed", "open")


def test_a_sister_who_signs_on_is_somebody_else(exponea):
    tracking.begin(exponea.window)
    tracking.player("Ada", before="")
    tracking.virtual_payment("engine", 12)

    tracking.player("Max", before="Ada")

    assert exponea.customer_ids["registered"] == "max"
    exponea.assert_sessions("identity", "open")


def test_who_withdraws_consent_is_told_of_no_more(exponea):
    tracking.begin(exponea.window)

    tracking.end()
    tracking.level_start(1, attempt=1)

    exponea.assert_not_tracked("level_start")
