/* A LightWaveS model, written by lightwaves-aeon: the program.
 *
 * It is the same for all models, of classifiers and of regressors. The tables of one, and
 * which parts of the program they call for, are in the data header: that of a classifier
 * has a number of classes, and that of a regressor a number of outputs.
 *
 * The table of features is arranged as intervals of an input, and as convolutions, each
 * of one kernel at one dilation of one input. Inputs have groups of convolutions with the
 * same dilation, and of an interval or convolution the wanted pooling operators are named
 * by the bits of a mask. Inputs, of each its intervals, then its groups, convolutions and
 * operators follow each other in the order in which they are worked on, and so do the
 * rows of the head.
 */
#define LIGHTWAVES_TABLES
#include "lightwaves_model.h"

#include <math.h> /* fabsf, which is one instruction; for probabilities expf, too */
#include <stddef.h>
#include <stdint.h>

#if defined(__FAST_MATH__) || defined(__ASSOCIATIVE_MATH__) || __FINITE_MATH_ONLY__ + 0
#error "scaling and scores rely on the order of operations, and look for NaN"
#endif
#if defined(__FLT_EVAL_METHOD__) && __FLT_EVAL_METHOD__ != 0 && __FLT_EVAL_METHOD__ != 16
#error "floats must be computed in single precision, which on x86 takes -mfpmath=sse"
#endif

/* Fused products and sums differ in their last bits, which decide what is positive where
 * a response cancels.
 */
#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#elif defined(__GNUC__)
#pragma GCC optimize("fp-contract=off")
#endif

/* What follows from what the data header says of the tables. */
#define HAS_TAPPED (N_TAPPED > 0) /* kernels of MiniRocket, which come first */
#define HAS_DERIVED (HAS_CHANGE || HAS_SUM || HAS_DIFFERENCE)
#define HAS_PAIRS (HAS_SUM || HAS_DIFFERENCE)
#define HAS_PPV_OF_ZERO (HAS_PPV && !HAS_THRESHOLDS)
#define HAS_SIGNS (HAS_PPV_OF_ZERO || HAS_LSPV || HAS_MPV || HAS_MIPV)
#define HAS_MAGNITUDES (HAS_MAX || HAS_MIN)
#define HAS_CONVOLUTIONS (HAS_LEVEL_1 || HAS_LEVEL_2)
#define HAS_RESPONSES (HAS_LEVEL_1 || HAS_WEIGHTED)
#define HAS_SUMS (HAS_MEAN || HAS_DEVIATION || HAS_SLOPE)
#define HAS_SERIES (HAS_SUMS || HAS_LOWEST || HAS_HIGHEST) /* intervals of level 0 */
#ifdef LIGHTWAVES_HAS_PROBABILITIES
#define COUNTS_OBSERVED HAS_GAPS /* probabilities tell that features are missing */
#else
#define COUNTS_OBSERVED 0
#endif

enum { MAX_TIMEPOINTS = LIGHTWAVES_MAX_TIMEPOINTS };

#ifdef LIGHTWAVES_N_CLASSES
enum { N_CLASSES = LIGHTWAVES_N_CLASSES };

const char *const lightwaves_classes[N_CLASSES] = {CLASS_LABELS};
#endif

static float series[MAX_TIMEPOINTS + 2 * MARGIN];
#if HAS_TAPPED
static float tripled[MAX_TIMEPOINTS + 2 * MARGIN];
static float total[MAX_TIMEPOINTS];
#endif
#if HAS_LEVEL_2
static float energy[MAX_TIMEPOINTS / 2 + 2 * MARGIN];
#endif
#if HAS_PAIRS
static float scaled_rows[N_IN_USE][MAX_TIMEPOINTS]; /* inputs have them in common */
#endif
#if HAS_CONVOLUTIONS || HAS_GAPS
static float response[MAX_TIMEPOINTS];
#endif
#if HAS_GAPS
enum { N_WORDS = (MAX_TIMEPOINTS + 31) / 32, ALL_OBSERVED = -1, NONE_OBSERVED = -1 };

/* Of each channel a bit for each time point, set where it counts as not observed. */
static uint32_t gaps[HAS_PAIRS ? N_IN_USE : 1][N_WORDS];

/* Runs of time points at which all that an input is made of was observed: the first of
 * each, and the one after its last.
 */
static uint16_t run_starts[(MAX_TIMEPOINTS + 1) / 2], run_stops[(MAX_TIMEPOINTS + 1) / 2];
static int n_runs; /* or ALL_OBSERVED */
#endif

#ifdef __cplusplus
namespace { /* other models of a program have types of the same names */
#endif

/* Where a series is read from. */
typedef struct {
    const float *values; /* rows of n_timepoints, one a channel */
    int n_timepoints;
    int start;           /* of the first time point; the row goes round */
    int all_present;     /* whether channels that are not in use have rows, too */
} Window;

/* What has been added up so far. */
typedef struct {
    int feature; /* the next one */
#if HAS_THRESHOLDS
    int threshold;
#endif
    float *scores;
    float compensation[N_SCORES]; /* what rounding has taken */
#if COUNTS_OBSERVED
    float observed; /* importance of the features that are there */
#endif
} Accumulator;

#ifdef __cplusplus
}
#endif

/* Scaling. Means and inverse deviations are sums of two floats, and what rounding loses
 * is carried along: the result is that of double precision, which small processors lack.
 */

/* Veltkamp split, the upper half of the digits: products of halves are exact. */
static inline float split_high(float x)
{
    const float shifted = 4097.0f * x;
    return shifted - (shifted - x);
}

/* A value of a channel in units of its training standard deviation: a product by Dekker's
 * method, with what rounding loses on the way.
 */
static inline float scaled(float x, const float *mean, const float *inverse)
{
    const float distance = x - mean[0];
    const float back = distance - x;
    const float lost = ((x - (distance - back)) - (mean[0] + back)) - mean[1];

    const float product = distance * inverse[0];
    const float a = split_high(distance), b = distance - a;
    const float c = split_high(inverse[0]), d = inverse[0] - c;
    const float rest = ((a * c - product) + a * d + b * c) + b * d;
    return product + (rest + (distance * inverse[1] + lost * inverse[0]));
}

static inline int is_usable(float x)
{
    return fabsf(x) < 1e30f; /* which NaN is not */
}

/* Scales some values of a channel; returns how many cannot be used. */
static int scale_values(const float *from, int n, int channel, float *out)
{
    const float *mean = channel_means[channel], *inverse = channel_inverses[channel];
    int n_unusable = 0;
    for (int t = 0; t < n; t++) {
        out[t] = scaled(from[t], mean, inverse);
        n_unusable += !is_usable(out[t]);
    }
    return n_unusable;
}

#if HAS_GAPS
/* Gaps: NaN stands for a value that was not observed. They are filled for the kernels
 * to read. Time points of short gaps then count as observed, others are not pooled.
 */

static inline int is_missing(float x)
{
    return x != x;
}

static int count_missing(const float *values, int n)
{
    int n_missing = 0;
    for (int t = 0; t < n; t++)
        n_missing += is_missing(values[t]);
    return n_missing;
}

/* Where there are no pairs, channels are worked on one after the other. */
static inline uint32_t *gaps_of(int channel)
{
    return gaps[HAS_PAIRS ? channel : 0];
}

static void clear_gaps(int channel)
{
    uint32_t *bits = gaps_of(channel);
    for (int i = 0; i < N_WORDS; i++)
        bits[i] = 0;
}

/* Fills what lies between two values, at -1 and n where there are none. */
static void fill_gap(float *x, int last, int next, int n)
{
    for (int t = last + 1; t < next; t++) {
        if (last < 0)
            x[t] = next < n ? x[next] : 0.0f;
        else if (next == n)
            x[t] = x[last];
        else
            x[t] = (x[next] - x[last]) / (float)(next - last) * (float)(t - last) + x[last];
    }
}

/* Fills the gaps of a scaled channel, and marks those that are not short. */
static void fill_gaps(float *x, int n, int channel)
{
    uint32_t *bits = gaps_of(channel);
    int last = -1;
    for (int next = 0; next <= n; next++) {
        if (next < n && is_missing(x[next]))
            continue;
        fill_gap(x, last, next, n);
        if (next - last - 1 > longest_gaps[channel] || next - last - 1 == n)
            for (int t = last + 1; t < next; t++)
                bits[t / 32] |= (uint32_t)1 << t % 32;
        last = next;
    }
}

#endif
/* Scales a channel of a window, from its first time point to its last. */
static int scale_channel(const Window *window, int channel, float *out)
{
    const int n = window->n_timepoints, start = window->start;
    const int row = window->all_present ? channels[channel] : channel;
    const float *from = window->values + (size_t)row * (size_t)n;
    const int n_unusable = scale_values(from + start, n - start, channel, out)
                           + scale_values(from, start, channel, out + n - start);
#if HAS_GAPS
    clear_gaps(channel);
    if (n_unusable > 0) {
        fill_gaps(out, n, channel);
        /* Not of the scaled values: infinity may have become NaN. */
        return n_unusable - count_missing(from, n);
    }
#endif
    return n_unusable;
}

#if HAS_PAIRS
/* Scales all channels in use; returns how many values cannot be used. */
static int scale_channels(const Window *window)
{
    int n_unusable = 0;
    for (int channel = 0; channel < N_IN_USE; channel++)
        n_unusable += scale_channel(window, channel, scaled_rows[channel]);
    return n_unusable;
}

#endif
/* Inputs, between margins of zeros, which are the zero padding of the kernels. */

#if HAS_CHANGE
/* Changes from point to point, from the last to the first, which has none. */
static void take_changes(float *x, int n)
{
    for (int t = n - 1; t > 0; t--)
        x[t] -= x[t - 1];
    x[0] = 0.0f;
}

#endif
/* Derives an input from its channels; returns how many values cannot be used. */
static int fill_series(const Window *window, int input)
{
#if HAS_TAPPED || HAS_DERIVED
    const int n = window->n_timepoints;
#endif
    float *x = series + MARGIN;
#if !HAS_PAIRS
    const int n_unusable = scale_channel(window, input_channels[input], x);
#else
    const int n_unusable = input == 0 ? scale_channels(window) : 0;
    const float *first = scaled_rows[input_channels[input]];
    const float *second = scaled_rows[input_others[input]];
    for (int t = 0; t < n; t++)
        x[t] = first[t];
#endif
#if HAS_SUM
    if (input_representations[input] == SUM)
        for (int t = 0; t < n; t++)
            x[t] += second[t];
#endif
#if HAS_DIFFERENCE
    if (input_representations[input] == DIFFERENCE)
        for (int t = 0; t < n; t++)
            x[t] -= second[t];
#endif
#if HAS_CHANGE
    if (input_representations[input] == CHANGE)
        take_changes(x, n);
#endif
#if HAS_TAPPED
    for (int t = 0; t < n; t++)
        tripled[MARGIN + t] = 3.0f * x[t];
#endif
    return n_unusable;
}

#if HAS_GAPS
/* Bits as of a channel, set where any of what an input is made of was not observed. */
static uint32_t gap_bits(int input, int word)
{
    const uint32_t *first = gaps_of(input_channels[input]);
    uint32_t bits = first[word];
#if HAS_PAIRS
    bits |= gaps_of(input_others[input])[word];
#endif
#if HAS_CHANGE
    if (input_representations[input] == CHANGE)
        bits |= bits << 1 | (word > 0 ? first[word - 1] >> 31 : 0);
#endif
    return bits;
}

/* Finds the runs of time points at which an input was observed. */
static void find_runs(int input, int n)
{
    uint32_t any = 0;
    for (int word = 0; word < N_WORDS; word++)
        any |= gap_bits(input, word);
    n_runs = any ? 0 : ALL_OBSERVED;
    if (!any)
        return;
    for (int t = 0; t < n; t++) {
        if (gap_bits(input, t / 32) >> t % 32 & 1)
            continue;
        if (n_runs == 0 || run_stops[n_runs - 1] < t)
            run_starts[n_runs++] = (uint16_t)t;
        run_stops[n_runs - 1] = (uint16_t)(t + 1);
    }
}

/* How many features a mask asks for. */
static int n_bits(int mask)
{
    int n = 0;
    for (; mask; mask &= mask - 1)
        n++;
    return n;
}

#endif
#if HAS_CONVOLUTIONS
/* Empties what an earlier series has left in the margins. */
static void clear_margins(void)
{
    for (int t = 0; t < MAX_TIMEPOINTS + 2 * MARGIN; t++)
        series[t] = 0.0f;
#if HAS_TAPPED
    for (int t = 0; t < MAX_TIMEPOINTS + 2 * MARGIN; t++)
        tripled[t] = 0.0f;
#endif
#if HAS_LEVEL_2
    for (int t = 0; t < MAX_TIMEPOINTS / 2 + 2 * MARGIN; t++)
        energy[t] = 0.0f;
#endif
}

/* Responses. Each value comes out of the same operations in the same order as in
 * Python: on a flat stretch they cancel to the last bit.
 */

/* Index of what a tap, counted from the centre, sees at time point 0. */
static int first_seen(int tap, int dilation)
{
    int32_t shift = (int32_t)tap * dilation;
    if (shift < -MARGIN)
        shift = -MARGIN;
    if (shift > MARGIN)
        shift = MARGIN;
    return MARGIN + (int)shift;
}

#if HAS_TAPPED
/* Sum of the nine shifted copies, in threes: it serves all kernels of a dilation. */
static void sum_of_nine(int dilation, int n)
{
    const float *a = series + first_seen(-4, dilation);
    const float *b = series + first_seen(-3, dilation);
    const float *c = series + first_seen(-2, dilation);
    const float *d = series + first_seen(-1, dilation);
    const float *e = series + first_seen(0, dilation);
    const float *f = series + first_seen(1, dilation);
    const float *g = series + first_seen(2, dilation);
    const float *h = series + first_seen(3, dilation);
    const float *i = series + first_seen(4, dilation);
    for (int t = 0; t < n; t++)
        total[t] = (a[t] + b[t] + c[t]) + (d[t] + e[t] + f[t]) + (g[t] + h[t] + i[t]);
}

#endif
#if HAS_TAPPED_LEVEL_1
/* Level 1 of a MiniRocket kernel: its three taps of weight 2 tripled, less all nine. */
static void respond_by_total(int kernel, int dilation, int n)
{
    const float *a = tripled + first_seen(kernel_taps[kernel][0], dilation);
    const float *b = tripled + first_seen(kernel_taps[kernel][1], dilation);
    const float *c = tripled + first_seen(kernel_taps[kernel][2], dilation);
    for (int t = 0; t < n; t++)
        response[t] = a[t] + b[t] + c[t] - total[t];
}

#endif
#if HAS_ENERGY_ONLY
/* The same at every second time point without its sign, where only level 2 is wanted. */
static void energy_by_total(int kernel, int dilation, int half)
{
    const float *a = tripled + first_seen(kernel_taps[kernel][0], dilation);
    const float *b = tripled + first_seen(kernel_taps[kernel][1], dilation);
    const float *c = tripled + first_seen(kernel_taps[kernel][2], dilation);
    for (int t = 0; t < half; t++)
        energy[MARGIN + t] = fabsf(a[2 * t] + b[2 * t] + c[2 * t] - total[2 * t]);
}

#endif
#if HAS_RECTIFIED
/* Magnitude of the response at every second time point: the input of level 2. */
static void rectify(int half)
{
    for (int t = 0; t < half; t++)
        energy[MARGIN + t] = fabsf(response[2 * t]);
}

#endif
#if HAS_TAPPED_LEVEL_2
/* Level 2 of a MiniRocket kernel: twice its heavy taps, less the light ones. */
static void respond_to_energy(int kernel, int dilation, int half)
{
    const int8_t *taps = kernel_taps[kernel];
    const float *a = energy + first_seen(taps[0], dilation);
    const float *b = energy + first_seen(taps[1], dilation);
    const float *c = energy + first_seen(taps[2], dilation);
    const float *d = energy + first_seen(taps[3], dilation);
    const float *e = energy + first_seen(taps[4], dilation);
    const float *f = energy + first_seen(taps[5], dilation);
    const float *g = energy + first_seen(taps[6], dilation);
    const float *h = energy + first_seen(taps[7], dilation);
    const float *i = energy + first_seen(taps[8], dilation);
    for (int t = 0; t < half; t++)
        response[t] = 2.0f * (a[t] + b[t] + c[t]) - (d[t] + e[t] + f[t])
                      - (g[t] + h[t] + i[t]);
}

#endif
#if HAS_WEIGHTED
/* Response of a kernel with weights of its own, which sum to zero. */
static void respond_weighted(const float *x, int kernel, int dilation, int n)
{
    const int which = kernel - N_TAPPED, length = kernel_lengths[which];
    const float *weights = kernel_weights + kernel_starts[which];
    const float *centre = x + MARGIN;
    for (int t = 0; t < n; t++)
        response[t] = 0.0f;
    for (int tap = 0; tap < length; tap++) {
        const float *seen = x + first_seen(tap - length / 2, dilation);
        for (int t = 0; t < n; t++)
            response[t] += weights[tap] * (seen[t] - centre[t]);
    }
}

#endif
#endif /* HAS_CONVOLUTIONS */

#if HAS_SIGNS || HAS_MAGNITUDES || HAS_DEVIATION
/* The bits of a float. Without the sign these are ordered as integers, and a float is
 * positive when its bits are: compilers vectorise such reductions of integers only.
 */
static inline int32_t bits_of(float x)
{
    union {
        float value;
        int32_t bits;
    } either;
    either.value = x;
    return either.bits;
}

#endif
#if HAS_MAGNITUDES || HAS_DEVIATION
static inline float float_of(int32_t bits)
{
    union {
        int32_t bits;
        float value;
    } either;
    either.bits = bits;
    return either.value;
}

#endif
/* Pooling operators of responses, of their first n values. */

#if HAS_SIGNS
static inline int32_t is_positive(float x)
{
    return bits_of(x) > 0;
}

#endif
#if HAS_MAGNITUDES
static inline int32_t bits_of_magnitude(float x)
{
    return bits_of(x) & 0x7FFFFFFF;
}

#endif
#if HAS_PPV_OF_ZERO
static float share_of_positive(int n)
{
    int32_t count = 0;
    for (int t = 0; t < n; t++)
        count += is_positive(response[t]);
    return (float)count / (float)(n > 0 ? n : 1);
}

#endif
#if HAS_THRESHOLDS
static float share_above(float threshold, int n)
{
    int32_t count = 0;
    for (int t = 0; t < n; t++)
        count += response[t] > threshold;
    return (float)count / (float)(n > 0 ? n : 1);
}

#endif
#if HAS_MAX
static float largest_magnitude(int n)
{
    int32_t high = 0;
    for (int t = 0; t < n; t++) {
        const int32_t bits = bits_of_magnitude(response[t]);
        high = bits > high ? bits : high;
    }
    return float_of(high);
}

#endif
#if HAS_LSPV
/* The longest run is sought in words of 32 bits, one for each value: they are packed by
 * vectors, and most of a word is passed over at once.
 */

/* Which of some values, 32 at most, are positive; the first has the lowest bit. */
static uint32_t positive_bits(const float *values, int n)
{
    uint32_t word = 0;
    if (n == 32)
        for (int i = 0; i < 32; i++) /* a number that compilers know */
            word |= (uint32_t)is_positive(values[i]) << i;
    else
        for (int i = 0; i < n; i++)
            word |= (uint32_t)is_positive(values[i]) << i;
    return word;
}

/* Number of zeros below the lowest one, and above the highest, of a word that has any. */
static inline int32_t zeros_below(uint32_t word)
{
#ifdef __GNUC__
    return __builtin_ctz(word);
#else
    int32_t n = 0;
    for (; !(word & 1u); word >>= 1)
        n++;
    return n;
#endif
}

static inline int32_t zeros_above(uint32_t word)
{
#ifdef __GNUC__
    return __builtin_clz(word);
#else
    int32_t n = 0;
    for (; !(word & 0x80000000u); word <<= 1)
        n++;
    return n;
#endif
}

/* The longest run of ones within a word, if it is longer than the longest so far. */
static int32_t longest_within(uint32_t word, int32_t longest)
{
    int32_t length = 1; /* of the runs whose first bits are left in the word */
    while (length <= longest && word) {
        const int32_t more = longest + 1 - length;
        const int32_t step = length < more ? length : more;
        word &= word >> step;
        length += step;
    }
    for (; word; word &= word >> 1)
        longest = length++;
    return longest;
}

static float longest_positive(int n)
{
    int32_t run = 0, longest = 0; /* the run that goes on, and the longest so far */
    for (int start = 0; start < n; start += 32) {
        const int here = n - start < 32 ? n - start : 32;
        const uint32_t word = positive_bits(response + start, here);
        if (word == 0xFFFFFFFFu) {
            run += 32;
            continue;
        }
        run += zeros_below(~word);
        longest = run > longest ? run : longest;
        longest = longest_within(word, longest);
        run = zeros_above(~word);
    }
    longest = run > longest ? run : longest;
    return (float)longest / (float)(n > 0 ? n : 1);
}

#endif
#if HAS_MIN
static float smallest_magnitude(int n)
{
    int32_t low = n > 0 ? bits_of_magnitude(response[0]) : 0;
    for (int t = 1; t < n; t++) {
        const int32_t bits = bits_of_magnitude(response[t]);
        low = bits < low ? bits : low;
    }
    return float_of(low);
}

#endif
#if HAS_MPV
static float mean_of_positive(int n)
{
    int32_t count = 0;
    float sum = 0.0f;
    for (int t = 0; t < n; t++)
        count += is_positive(response[t]);
    for (int t = 0; t < n; t++)
        sum += is_positive(response[t]) ? response[t] : 0.0f;
    return sum / (float)(count > 0 ? count : 1);
}

#endif
#if HAS_MIPV
/* As a share of the length; in the middle where nothing is positive. */
static float mean_time_of_positive(int n)
{
    uint32_t count = 0, late = 0;
    for (int t = 0; t < n; t++) {
        count += (uint32_t)is_positive(response[t]);
        late += is_positive(response[t]) ? (uint32_t)t : 0;
    }
    return count > 0 ? (float)late / ((float)count * (float)n) : 0.5f;
}

#endif
/* Pooling operators of intervals, of the n values from x on. */

#if HAS_SUMS
/* Adds a term to a sum by Kahan's method, which carries along what rounding has added. */
static inline void add_term(float term, float *sum, float *excess)
{
    const float rest = term - *excess, before = *sum;
    *sum = before + rest;
    *excess = (*sum - before) - rest;
}

#endif
#if HAS_MEAN || HAS_DEVIATION
static float mean_of(const float *x, int n)
{
    float sum = 0.0f, excess = 0.0f;
    for (int t = 0; t < n; t++)
        add_term(x[t], &sum, &excess);
    return sum / (float)n;
}

#endif
#if HAS_DEVIATION
/* Mean square of the distances from a value, which are multiplied by a factor. */
static float mean_square(const float *x, int n, float from, float factor)
{
    float sum = 0.0f, excess = 0.0f;
    for (int t = 0; t < n; t++) {
        const float distance = (x[t] - from) * factor;
        add_term(distance * distance, &sum, &excess);
    }
    return sum / (float)n;
}

/* Square root by Heron's method, from a guess that halves the exponent. */
static float square_root(float x)
{
    float root = float_of((bits_of(x) >> 1) + 0x1FBD1DF5);
    if (!(x > 0.0f))
        return 0.0f;
    for (int i = 0; i < 3; i++)
        root = 0.5f * (root + x / root);
    return root;
}

static float deviation_of(const float *x, int n)
{
    const float mean = mean_of(x, n), square = mean_square(x, n, mean, 1.0f);
    if (is_usable(square))
        return square_root(square);
    /* Far out of scale squares are beyond single precision. */
    return square_root(mean_square(x, n, mean, 1e-15f)) * 1e15f;
}

#endif
#if HAS_SLOPE
/* Slope of the least-squares line, times the length. */
static float slope_of(const float *x, int n)
{
    const float step = 1.0f / (float)(n + 1);
    float sum = 0.0f, excess = 0.0f;
    for (int t = 0; t < n; t++)
        add_term((float)(2 * (int32_t)t - (n - 1)) * step * x[t], &sum, &excess);
    return 6.0f * sum / (float)(n > 1 ? n - 1 : 1);
}

#endif
#if HAS_LOWEST
static float lowest_of(const float *x, int n)
{
    float low = x[0];
    for (int t = 1; t < n; t++)
        low = x[t] < low ? x[t] : low;
    return low;
}

#endif
#if HAS_HIGHEST
static float highest_of(const float *x, int n)
{
    float high = x[0];
    for (int t = 1; t < n; t++)
        high = x[t] > high ? x[t] : high;
    return high;
}

#endif
/* Adds the next feature to the scores, by its distance from the training mean, in a sum
 * compensated by Neumaier's method.
 */
static void add_feature(float value, Accumulator *accumulator)
{
    const float *weights = head_weights[accumulator->feature];
    const float distance = value - head_means[accumulator->feature];
    for (int k = 0; k < N_SCORES; k++) {
        const float before = accumulator->scores[k], term = weights[k] * distance;
        const float sum = before + term, added = sum - before;
        accumulator->compensation[k] += (before - (sum - added)) + (term - added);
        accumulator->scores[k] = sum;
    }
#if COUNTS_OBSERVED
    accumulator->observed += head_importances[accumulator->feature];
#endif
    accumulator->feature++;
}

#if HAS_SERIES
/* The first time point of a part of a series. */
static inline int first_of_part(int part, int n)
{
    return (int)((int32_t)part * n / N_PARTS);
}

#if HAS_GAPS
/* Puts the observed values of a series side by side, where no response is yet. */
static void gather_series(void)
{
    int n_taken = 0;
    for (int run = 0; run < n_runs; run++)
        for (int t = run_starts[run]; t < run_stops[run]; t++)
            response[n_taken++] = series[MARGIN + t];
}

/* How many of the time points before one were observed. */
static int n_observed_before(int timepoint)
{
    int n = 0;
    for (int run = 0; run < n_runs && run_starts[run] < timepoint; run++)
        n += (run_stops[run] < timepoint ? run_stops[run] : timepoint) - run_starts[run];
    return n;
}

#endif
/* Adds the wanted features of an interval, which has one time point at least. */
static void add_features_of_interval(int interval, int n, Accumulator *accumulator)
{
    const int wanted = interval_statistics[interval];
    const int first = first_of_part(interval_starts[interval], n);
    const int end = first_of_part(interval_stops[interval], n);
    int length = end > first ? end - first : 1;
    const float *x = series + MARGIN + first;
#if HAS_GAPS
    if (n_runs != ALL_OBSERVED) {
        const int n_before = n_observed_before(first);
        length = n_observed_before(first + length) - n_before;
        x = response + n_before;
    }
    if (length == 0) {
        accumulator->feature += n_bits(wanted);
        return;
    }
#endif
#if HAS_MEAN
    if (wanted & MEAN)
        add_feature(mean_of(x, length), accumulator);
#endif
#if HAS_DEVIATION
    if (wanted & DEVIATION)
        add_feature(deviation_of(x, length), accumulator);
#endif
#if HAS_SLOPE
    if (wanted & SLOPE)
        add_feature(slope_of(x, length), accumulator);
#endif
#if HAS_LOWEST
    if (wanted & LOWEST)
        add_feature(lowest_of(x, length), accumulator);
#endif
#if HAS_HIGHEST
    if (wanted & HIGHEST)
        add_feature(highest_of(x, length), accumulator);
#endif
}

#endif
#if HAS_CONVOLUTIONS
#if HAS_GAPS
/* Takes the observed values of a response of n values to its start. Level 2, which is
 * halved, has every second time point. Returns their number, or NONE_OBSERVED.
 */
static int take_observed(int n, int halved)
{
    int n_taken = 0;
    if (n_runs == ALL_OBSERVED)
        return n;
    for (int run = 0; run < n_runs; run++) {
        const int start = (run_starts[run] + halved) >> halved;
        const int stop = (run_stops[run] + halved) >> halved;
        for (int t = start; t < stop && t < n; t++)
            response[n_taken++] = response[t];
    }
    return n_taken > 0 ? n_taken : NONE_OBSERVED;
}

/* Passes over features of which nothing was observed: they add nothing to the scores. */
static void skip_features(int wanted, Accumulator *accumulator)
{
    accumulator->feature += n_bits(wanted);
#if HAS_THRESHOLDS
    accumulator->threshold += n_bits(wanted & ((PPV << N_PPV) - PPV));
#endif
}

#endif
/* Adds the wanted features of the response. */
static void add_features(int wanted, int n, float scale, Accumulator *accumulator)
{
    (void)scale; /* where no amplitude is wanted */
#if HAS_GAPS
    if (n == NONE_OBSERVED) {
        skip_features(wanted, accumulator);
        return;
    }
#endif
#if HAS_PPV_OF_ZERO
    if (wanted & PPV)
        add_feature(share_of_positive(n), accumulator);
#endif
#if HAS_THRESHOLDS
    for (int i = 0; i < N_PPV; i++)
        if (wanted & (PPV << i))
            add_feature(share_above(thresholds[accumulator->threshold++], n), accumulator);
#endif
#if HAS_MAX
    if (wanted & MAX)
        add_feature(largest_magnitude(n) * scale, accumulator);
#endif
#if HAS_LSPV
    if (wanted & LSPV)
        add_feature(longest_positive(n), accumulator);
#endif
#if HAS_MIN
    if (wanted & MIN)
        add_feature(smallest_magnitude(n) * scale, accumulator);
#endif
#if HAS_MPV
    if (wanted & MPV)
        add_feature(mean_of_positive(n) * scale, accumulator);
#endif
#if HAS_MIPV
    if (wanted & MIPV)
        add_feature(mean_time_of_positive(n), accumulator);
#endif
}

/* What amplitudes are multiplied by, at level 1. */
static inline float scale_of(int group)
{
#if HAS_AMPLITUDES
    return group_scales[group];
#else
    return (float)(group >= 0); /* not used */
#endif
}

#if HAS_RESPONSES
/* Level 1 of a convolution: adds what is wanted of it, and leaves what level 2 reads. */
static void evaluate_series(int convolution, int group, int n, Accumulator *accumulator)
{
    const int kernel = convolution_kernels[convolution], dilation = group_dilations[group];
#if !HAS_WEIGHTED
    respond_by_total(kernel, dilation, n);
#elif !HAS_TAPPED_LEVEL_1
    respond_weighted(series, kernel, dilation, n);
#else
    if (kernel < N_TAPPED)
        respond_by_total(kernel, dilation, n);
    else
        respond_weighted(series, kernel, dilation, n);
#endif
#if HAS_RECTIFIED && HAS_GAPS
    if (convolution_level_2[convolution])
        rectify(n / 2); /* before values are taken from the response */
#endif
#if HAS_LEVEL_1
#if HAS_GAPS
    n = take_observed(n, 0);
#endif
    add_features(convolution_level_1[convolution], n, scale_of(group), accumulator);
#else
    (void)accumulator;
#endif
#if HAS_RECTIFIED && !HAS_GAPS
    if (convolution_level_2[convolution])
        rectify(n / 2);
#endif
}

#endif
#if HAS_LEVEL_2
/* Level 2 of a convolution. */
static void evaluate_energy(int convolution, int group, int half, Accumulator *accumulator)
{
    const int kernel = convolution_kernels[convolution], dilation = group_dilations[group];
#if !HAS_WEIGHTED_LEVEL_2
    respond_to_energy(kernel, dilation, half);
#elif !HAS_TAPPED_LEVEL_2
    respond_weighted(energy, kernel, dilation, half);
#else
    if (kernel < N_TAPPED)
        respond_to_energy(kernel, dilation, half);
    else
        respond_weighted(energy, kernel, dilation, half);
#endif
    const float scale = scale_of(group) * scale_of(group);
#if HAS_GAPS
    half = take_observed(half, 1);
#endif
    add_features(convolution_level_2[convolution], half, scale, accumulator);
}

#endif
#if HAS_ENERGY_ONLY && HAS_RESPONSES
/* Whether more is wanted of level 1 than what level 2 reads. */
static int needs_response(int convolution)
{
#if HAS_LEVEL_1
    if (convolution_level_1[convolution])
        return 1;
#endif
    return convolution_kernels[convolution] >= N_TAPPED;
}

#endif
/* One kernel at one dilation of the input at hand. */
static void evaluate(int convolution, int group, int n, Accumulator *accumulator)
{
#if !HAS_ENERGY_ONLY
    evaluate_series(convolution, group, n, accumulator);
#elif !HAS_RESPONSES
    energy_by_total(convolution_kernels[convolution], group_dilations[group], n / 2);
#else
    if (needs_response(convolution))
        evaluate_series(convolution, group, n, accumulator);
    else
        energy_by_total(convolution_kernels[convolution], group_dilations[group], n / 2);
#endif
#if HAS_LEVEL_2
    if (convolution_level_2[convolution])
        evaluate_energy(convolution, group, n / 2, accumulator);
#endif
}

#endif
/* Deciding. The scores of a regressor are the numbers that it predicts. */

#ifdef LIGHTWAVES_N_CLASSES
/* The class with the highest score, the first of equals. */
static int best_class(float *scores)
{
    int best = 0;
#if N_SCORES == 1
    /* The one score is that of the second class. */
    scores[1] = scores[0];
    scores[0] = -scores[1];
#endif
    for (int k = 1; k < N_CLASSES; k++)
        if (scores[k] > scores[best])
            best = k;
    return best;
}

#endif
#if COUNTS_OBSERVED
static float last_observed; /* importance of the features of the last prediction */

#endif
static int classify(const Window *window, float *scores)
{
    const int n = window->n_timepoints;
    Accumulator accumulator;
#if HAS_SERIES
    int interval = 0;
#endif
#if HAS_CONVOLUTIONS
    int convolution = 0, group = 0;
    clear_margins();
#endif
    accumulator.feature = 0;
#if HAS_THRESHOLDS
    accumulator.threshold = 0;
#endif
#if COUNTS_OBSERVED
    accumulator.observed = 0.0f;
#endif
    accumulator.scores = scores;
    for (int k = 0; k < N_SCORES; k++) {
#ifdef LIGHTWAVES_N_CLASSES
        scores[k] = head_intercepts[k];
        accumulator.compensation[k] = 0.0f;
#else
        /* In two floats: numbers may be large beside what they vary by. */
        scores[k] = head_intercepts[k][0];
        accumulator.compensation[k] = head_intercepts[k][1];
#endif
    }
    for (int input = 0; input < N_INPUTS; input++) {
        if (fill_series(window, input) > 0)
            return LIGHTWAVES_BAD_VALUE;
#if HAS_GAPS
        find_runs(input, n);
#endif
#if HAS_SERIES
#if HAS_GAPS
        gather_series();
#endif
        for (int i = 0; i < input_intervals[input]; i++, interval++)
            add_features_of_interval(interval, n, &accumulator);
#endif
#if HAS_CONVOLUTIONS
        for (int i = 0; i < input_groups[input]; i++, group++) {
#if HAS_TAPPED
            if (!HAS_WEIGHTED || convolution_kernels[convolution] < N_TAPPED)
                sum_of_nine(group_dilations[group], n);
#endif
            for (int j = 0; j < group_convolutions[group]; j++, convolution++)
                evaluate(convolution, group, n, &accumulator);
        }
#endif
    }
    for (int k = 0; k < N_SCORES; k++)
        scores[k] += accumulator.compensation[k];
#if COUNTS_OBSERVED
    last_observed = accumulator.observed;
#endif
#ifdef LIGHTWAVES_N_CLASSES
    return best_class(scores);
#else
    for (int k = 0; k < N_SCORES; k++) {
        scores[k] = scores[k] < head_limits[k][0] ? head_limits[k][0] : scores[k];
        scores[k] = scores[k] > head_limits[k][1] ? head_limits[k][1] : scores[k];
    }
    return LIGHTWAVES_PREDICTED;
#endif
}

#ifdef LIGHTWAVES_HAS_PROBABILITIES
#if COUNTS_OBSERVED
/* Moves logits towards those of the class shares, all that is known without features. */
static void weigh_by_observed(float *logits)
{
    float left = last_observed < 1.0f ? last_observed : 1.0f;
    left = left > 0.0f ? expf(head_exponent[0] * logf(left)) : 0.0f;
    for (int k = 0; k < N_CLASSES; k++)
        logits[k] = left * logits[k] + (1.0f - left) * class_logs[k];
}

#endif
void lightwaves_probabilities(const float *scores, float *probabilities)
{
    float sum = 0.0f;
    for (int k = 0; k < N_CLASSES; k++)
        probabilities[k] = logit_scale[0] * scores[k];
#if COUNTS_OBSERVED
    weigh_by_observed(probabilities);
#endif
    float largest = probabilities[0];
    for (int k = 1; k < N_CLASSES; k++)
        if (probabilities[k] > largest)
            largest = probabilities[k];
    for (int k = 0; k < N_CLASSES; k++) {
        probabilities[k] = expf(probabilities[k] - largest);
        sum += probabilities[k];
    }
    for (int k = 0; k < N_CLASSES; k++)
        probabilities[k] /= sum;
}

#endif
int lightwaves_predict_length(const float *values, int n_timepoints, float *scores)
{
    const Window window = {values, n_timepoints, 0, 1};
    if (n_timepoints < 1 || n_timepoints > MAX_TIMEPOINTS)
        return LIGHTWAVES_BAD_LENGTH;
    return classify(&window, scores);
}

int lightwaves_predict(const float *values, float *scores)
{
    return lightwaves_predict_length(values, MAX_TIMEPOINTS, scores);
}

/* Streams: the last samples of each channel in use, in rows that go round. */

static float stream[N_IN_USE * MAX_TIMEPOINTS];
static int newest = 0;               /* where in a row the next sample comes */
static int missing = MAX_TIMEPOINTS; /* samples up to the next decision */

void lightwaves_reset(void)
{
    newest = 0;
    missing = MAX_TIMEPOINTS;
}

int lightwaves_push(const float *sample, float *scores)
{
    for (int i = 0; i < N_IN_USE; i++) {
        const float value = sample[channels[i]];
#if HAS_GAPS
        if (is_missing(value))
            continue;
#endif
        if (!is_usable(scaled(value, channel_means[i], channel_inverses[i])))
            return LIGHTWAVES_BAD_VALUE;
    }
    for (int i = 0; i < N_IN_USE; i++)
        stream[i * MAX_TIMEPOINTS + newest] = sample[channels[i]];
    newest = (newest + 1) % MAX_TIMEPOINTS;
    missing--;
    if (missing > 0)
        return LIGHTWAVES_NO_DECISION;
    missing = LIGHTWAVES_HOP;
    const Window window = {stream, MAX_TIMEPOINTS, newest, 0};
    return classify(&window, scores);
}
