"""The record of the register question, what-ifs, assumptions, value of information."""
