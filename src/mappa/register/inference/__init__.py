"""Mode, surrogate, sampler and the shipped draws."""
