"""What `scripts/bench` does: corpuskit beside its peers, in one run, on one input."""
