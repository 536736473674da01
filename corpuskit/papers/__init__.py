"""The dataset's papers: what a manifest knows, in the forms that others ask for."""
