"""Comet Courier, a small arcade game that shows how a game uses exponea_game.

The whole integration is in `tracking`. Imports go one way only, upwards in this list:

    space/    bodies flight levels pilot upgrades world
    drawing/  easing flashes lettering palette particles planets press scenery sheet sky stationery
    tour
    home_collector
    logbook
    sounds
    tracking
    menu
    hands
    ways
    scenes/   best hangar heading pause play result scene settings title wipe
    autopilot
    game
    __main__

`space` is the rules of play, which tests fly through without a window. A scene knows neither the
game nor the scene that comes next: it gets what it needs, and names the way to go (see `ways`).
"""
