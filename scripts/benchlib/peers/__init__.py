"""Scripts that run a peer's pipeline; each is run by the interpreter of the peer's environment."""
