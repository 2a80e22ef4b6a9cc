"""Runs: the notebooks of every force, executed by papermill, on one machine or on a cluster.

Nothing heavy is imported here; :mod:`mappa.runs.report` is the way in.
"""
