"""The law as data: notification terms, and the periods of the figures."""
