"""Lets these tests import what they share: encoder_samples and make_encoder_fixture."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
