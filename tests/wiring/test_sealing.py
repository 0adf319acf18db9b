"""Where the key that seals secrets lies: in the state folder, or where the settings say."""

from __future__ import annotations

from sightline.database.key_file import FILE
from sightline.settings import Settings, StoreSettings
from sightline.wiring.sealing import key_file


def test_it_is_in_the_state_folder_unless_the_settings_name_another_place(tmp_path):
    sealed = key_file(Settings(), tmp_path).seal(b"a secret", "x")
    assert (tmp_path / FILE).exists()
    named = tmp_path / "common.key"
    (tmp_path / FILE).rename(named)
    settings = Settings(store=StoreSettings(key_file=str(named)))
    assert key_file(settings, tmp_path / "elsewhere").open(sealed, "x") == b"a secret"
