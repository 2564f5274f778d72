"""Ridge regression, the linear head, and its temperature."""
