"""Laws, Diet minutes, patent gazettes."""
