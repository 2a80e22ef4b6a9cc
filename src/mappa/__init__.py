"""mappa: growth, rate and register of registered sexual offenders, by police force area.

Nothing heavy is imported here, so that ``mappa --help`` answers at once.
"""

__version__ = "2.0.0"
