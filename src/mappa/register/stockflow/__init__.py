"""The stock run: cohorts, survival and retention, initial cohort, flows, stock."""
