"""Pages: executed notebooks and records turned into accessible HTML that opens anywhere."""
