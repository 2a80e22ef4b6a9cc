"""Warm kernels: Jupyter kernels forked from a process that has its imports already."""
