from __future__ import annotations

import pytest
from py7zr.helpers import calculate_key

from app.engine.analyzers.archive.sevenzip_key import derive


@pytest.mark.parametrize("cycles", [0, 1, 5, 8, 9, 16, 17, 19, 0x3F])
@pytest.mark.parametrize("salt", [b"", b"\x01\x02\x03\xff" * 4])
def test_keys_are_those_of_the_library(cycles: int, salt: bytes) -> None:
    password = "Tulip-77 é".encode("utf-16-le")

    assert derive(password, cycles, salt) == calculate_key(password, cycles, salt, "sha256")


def test_more_rounds_than_anybody_uses_are_refused() -> None:
    with pytest.raises(ValueError, match="rounds"):
        derive(b"a\0", 40, b"")
