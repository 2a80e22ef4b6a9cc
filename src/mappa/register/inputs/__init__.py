"""What goes into the model: entrants, sentence lengths, ages, priors."""
