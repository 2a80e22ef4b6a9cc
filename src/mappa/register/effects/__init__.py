"""What a driver or a rule does to the stock: attribution and counterfactuals."""
