"""A fitted classifier as an ONNX model."""
