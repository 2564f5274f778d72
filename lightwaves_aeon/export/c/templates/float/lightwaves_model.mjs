// A LightWaveS model in WebAssembly, written by lightwaves-aeon, for browsers and node:
//
//   import { load } from "./lightwaves_model.mjs";
//   const model = await load();
//   const { label } = model.predict(series); // rows of values, one row a channel
//
// There are `index` and `scores`, too, and `probabilities` if they were asked for; of a
// regressor there are `numbers`. A stream goes to `push`, sample by sample, which gives
// null in between; `reset` forgets it. Each `load` has a stream of its own.

export const labels = LABELS; // null of a regressor
export const nChannels = N_CHANNELS, maxTimepoints = MAX_TIMEPOINTS;
const nOutputs = N_OUTPUTS;

export async function load(url = new URL("./lightwaves_model.wasm", import.meta.url)) {
  const bytes = url.protocol === "file:"
    ? await (await import("node:fs/promises")).readFile(url)
    : await (await fetch(url)).arrayBuffer();
  const imports = { env: { expf: Math.exp, logf: Math.log } };
  const c = (await WebAssembly.instantiate(bytes, imports)).instance.exports;

  // Behind what the program has of memory: scores, probabilities, values.
  const start = c.__heap_base.value, size = 2 * nOutputs + nChannels * maxTimepoints;
  const nBytes = start + 4 * size - c.memory.buffer.byteLength;
  if (nBytes > 0) c.memory.grow(Math.ceil(nBytes / 65536));
  const at = [start, start + 4 * nOutputs, start + 8 * nOutputs];
  const floats = new Float32Array(c.memory.buffer, start, size);

  function given(values, isFull, call) {
    if (!isFull) throw new RangeError(`no whole rows of 1 to ${maxTimepoints} values`);
    floats.set(values, 2 * nOutputs);
    const index = call();
    if (index === -1) return null;
    if (index < 0) throw new RangeError("a value is infinite, far out of scale, or NaN");
    const scores = floats.slice(0, nOutputs);
    if (labels === null) return { numbers: scores };
    if (!c.lightwaves_probabilities) return { index, label: labels[index], scores };
    c.lightwaves_probabilities(at[0], at[1]);
    const probabilities = floats.slice(nOutputs, 2 * nOutputs);
    return { index, label: labels[index], scores, probabilities };
  }

  return {
    predict(series) {
      const n = series.length / nChannels;
      const isFull = Number.isInteger(n) && n >= 1 && n <= maxTimepoints;
      return given(series, isFull, () => c.lightwaves_predict_length(at[2], n, at[0]));
    },
    push(sample) {
      const isFull = sample.length === nChannels;
      return given(sample, isFull, () => c.lightwaves_push(at[2], at[0]));
    },
    reset: () => c.lightwaves_reset(),
  };
}
