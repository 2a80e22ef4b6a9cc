"""Rates: whether a force's rate is different, whether that is unusual, whether it would matter."""
