"""A collector inside a game brings its page."""

from PyInstaller.utils.hooks import collect_data_files

datas = collect_data_files("exponea_game.collector")
