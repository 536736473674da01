"""Small documents written for this project, shipped as the input of `configs/quickstart.yaml`."""
