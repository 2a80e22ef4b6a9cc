"""The methods of a rate: a statistic a function, each returning a row that describes itself."""
