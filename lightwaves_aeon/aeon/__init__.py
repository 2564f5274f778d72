"""LightWaveS for aeon."""
