"""How many prepared convolutions are kept: oneDNN reads it where torch first convolves."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

_NAME = "ONEDNN_PRIMITIVE_CACHE_CAPACITY"
_SCRIPT = f"import os, spurview.core.classifier; print(os.environ['{_NAME}'])"


@pytest.mark.parametrize(("given", "kept"), [(None, "32"), ("500", "500")])
def test_few_prepared_convolutions_are_kept_unless_the_environment_says_otherwise(given, kept):
    environment = {name: value for name, value in os.environ.items() if name != _NAME}
    if given is not None:
        environment[_NAME] = given
    ran = subprocess.run(
        [sys.executable, "-c", _SCRIPT], env=environment, capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == kept
