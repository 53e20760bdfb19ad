"""Classes and their ranked candidates: the list on the left."""
