"""What `fit_language` and `langid_accuracy` share."""
