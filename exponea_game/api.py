"""The tracker of a game that needs only one: its methods as functions of the package."""

from __future__ import annotations

from exponea_game.tracker import Tracker

tracker = Tracker()

configure = tracker.configure
attach = tracker.attach
detach = tracker.detach
track_event = tracker.track_event
track_error = tracker.track_error
track_payment = tracker.track_payment
track_consent = tracker.track_consent
track_virtual_payment = tracker.track_virtual_payment
set_default_properties = tracker.set_default_properties
identify_customer = tracker.identify_customer
anonymize = tracker.anonymize
customer_cookie = tracker.customer_cookie
track_session_start = tracker.track_session_start
track_session_end = tracker.track_session_end
note_input = tracker.note_input
flush = tracker.flush
stop = tracker.stop
set_token_provider = tracker.set_token_provider
set_consent = tracker.set_consent
forget_me = tracker.forget_me
what_is_sent = tracker.what_is_sent
