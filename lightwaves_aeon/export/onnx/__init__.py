"""A fitted classifier or regressor as an ONNX model."""
