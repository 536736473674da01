"""What defends a dataset after its run: signatures, takedowns, answers on what it holds."""
