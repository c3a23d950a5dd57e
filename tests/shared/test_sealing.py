"""The installation's own key: made once, for its owner alone."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from shared.sealing import CannotUnseal, Sealer, open_sealer
from shared.settings import read_settings


def test_programs_that_start_at_the_same_time_agree_on_one_key(tmp_path):
    for number in range(20):
        settings = read_settings({}, tmp_path / str(number))
        with ThreadPoolExecutor(8) as several:
            sealers = list(several.map(lambda _: open_sealer(settings), range(8)))  # noqa: B023 - used in its turn
        sealed = sealers[0].seal("secret")
        assert {sealer.unseal(sealed) for sealer in sealers} == {"secret"}
        assert [path.name for path in settings.data.iterdir()] == ["secret.key"]


def test_the_key_is_for_its_owner_alone(tmp_path: Path):
    open_sealer(read_settings({}, tmp_path))
    assert (tmp_path / "secret.key").stat().st_mode & 0o077 == 0


def test_a_new_key_before_the_old_one_unseals_what_the_old_one_sealed(tmp_path):
    old, new = (open_sealer(read_settings({}, tmp_path / name)) for name in ("old", "new"))
    keys = [(tmp_path / name / "secret.key").read_text().strip() for name in ("new", "old")]
    both = open_sealer(read_settings({"HOMEROOM_KEY": ", ".join(keys)}, tmp_path))
    assert both.unseal(old.seal("a secret")) == "a secret"
    assert new.unseal(both.seal("a secret")) == "a secret"


def test_a_secret_that_another_key_sealed_says_what_to_do(tmp_path):
    sealed = open_sealer(read_settings({}, tmp_path / "one")).seal("a secret")
    other: Sealer = open_sealer(read_settings({}, tmp_path / "other"))
    with pytest.raises(CannotUnseal, match="HOMEROOM_KEY"):
        other.unseal(sealed)
