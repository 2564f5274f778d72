/* The C library of a LightWaveS model in WebAssembly, written by lightwaves-aeon. */
#define fabsf __builtin_fabsf

/* The loader brings them, from JavaScript. */
__attribute__((import_module("env"), import_name("expf"))) float expf(float x);
__attribute__((import_module("env"), import_name("logf"))) float logf(float x);
