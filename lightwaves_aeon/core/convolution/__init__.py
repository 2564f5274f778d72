"""From scaled channels to features: kernels, representations, pooling."""
