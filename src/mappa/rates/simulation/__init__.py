"""The simulation study of the tests: false alarms, coverage and power."""
