"""Any number of the rate's record traced to formula, function, rows and sources."""
