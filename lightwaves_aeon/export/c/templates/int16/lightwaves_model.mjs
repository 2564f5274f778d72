// A LightWaveS model of integers in WebAssembly, written by lightwaves-aeon, for browsers
// and node:
//
//   import { load } from "./lightwaves_model.mjs";
//   const model = await load();
//   const { label } = model.predict(series); // rows of values, one row a channel
//
// Values are those of the training series or, where `takesCounts`, counts of a sensor.
// There are `index`, `scores` and `nClamped`, the number of values out of range, too, and
// `probabilities` if they were asked for; of a regressor there are `numbers`. A stream
// goes to `push`, sample by sample, which gives null in between; `reset` forgets it. Each
// `load` has a stream of its own.

export const labels = LABELS; // null of a regressor
export const nChannels = N_CHANNELS, nTimepoints = N_TIMEPOINTS;
export const takesCounts = TAKES_COUNTS;
const nOutputs = N_OUTPUTS, units = UNITS, offsets = OFFSETS;

export async function load(url = new URL("./lightwaves_model.wasm", import.meta.url)) {
  const bytes = url.protocol === "file:"
    ? await (await import("node:fs/promises")).readFile(url)
    : await (await fetch(url)).arrayBuffer();
  const imports = { env: { expf: Math.exp } };
  const c = (await WebAssembly.instantiate(bytes, imports)).instance.exports;

  // Behind what the program has of memory: scores, probabilities, floats, integers.
  const start = c.__heap_base.value, nValues = nChannels * nTimepoints;
  const end = start + 8 * nOutputs + 6 * nValues;
  const nBytes = end - c.memory.buffer.byteLength;
  if (nBytes > 0) c.memory.grow(Math.ceil(nBytes / 65536));
  const at = [start, start + 4 * nOutputs, start + 8 * nOutputs, end - 2 * nValues];
  const sums = new Int32Array(c.memory.buffer, at[0], nOutputs);
  const probable = new Float32Array(c.memory.buffer, at[1], nOutputs);
  const floats = new Float32Array(c.memory.buffer, at[2], nValues);
  const integers = new Int16Array(c.memory.buffer, at[3], nValues);

  // Returns how many values were clamped on the way.
  function takeIn(values, n) {
    if (values.length !== nChannels * n)
      throw new RangeError(`no ${nChannels} rows of ${n} values`);
    if (!takesCounts) {
      floats.set(values);
      return c.lightwaves_quantise(at[2], n, at[3]);
    }
    for (const count of values)
      if (!Number.isInteger(count) || count < -32768 || count > 32767)
        throw new RangeError(`${count} is no count of 16 bits`);
    integers.set(values);
    return 0;
  }

  function told(index, nBeyond) {
    if (index < 0) return null;
    const nClamped = nBeyond + c.lightwaves_n_clamped();
    const scores = Float64Array.from(sums, (sum, k) => sum * units[k] + offsets[k]);
    if (labels === null) return { numbers: scores, nClamped };
    const found = { index, label: labels[index], scores, nClamped };
    if (!c.lightwaves_probabilities) return found;
    c.lightwaves_probabilities(at[0], at[1]);
    return { ...found, probabilities: probable.slice() };
  }

  return {
    predict(series) {
      const nBeyond = takeIn(series, nTimepoints);
      return told(c.lightwaves_predict_length(at[3], nTimepoints, at[0]), nBeyond);
    },
    push(sample) {
      const nBeyond = takeIn(sample, 1);
      return told(c.lightwaves_push(at[3], at[0]), nBeyond);
    },
    reset: () => c.lightwaves_reset(),
  };
}
