"""Growth: every known value at its date, spans on one basis, and estimates where none is known."""
