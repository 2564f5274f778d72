/* A LightWaveS model in integers, written by lightwaves-aeon: the program.
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
 *
 * Nothing overflows, whatever the series: an input is LARGEST_INPUT at most, a response
 * 12 times that, and weights are such that no sum of scores exceeds 32 bits.
 */
#define LIGHTWAVES_TABLES
#include "lightwaves_model.h"

#ifdef LIGHTWAVES_HAS_PROBABILITIES
#include <math.h> /* expf */
#endif
#include <stddef.h>
#include <stdint.h>

#if (-1 >> 1) != -1
#error "negative numbers must be shifted as if divided and rounded down"
#endif

/* Two values of 16 bits at a time, where a core has instructions for that. */
#if !IS_WIDE && defined(__ARM_FEATURE_SIMD32) && !defined(__ARM_NEON) \
    && !defined(__ARM_BIG_ENDIAN)
#include <arm_acle.h>
#include <string.h> /* memcpy, which is one instruction */
#define HAS_PACKED 1
#else
#define HAS_PACKED 0
#endif

/* What follows from what the data header says of the tables. */
#define HAS_DERIVED (HAS_CHANGE || HAS_SUM || HAS_DIFFERENCE)
#define HAS_PAIRS (HAS_SUM || HAS_DIFFERENCE)
#define HAS_CONVOLUTIONS (HAS_LEVEL_1 || HAS_LEVEL_2)
#define HAS_SUMS (HAS_MEAN || HAS_DEVIATION)
#define HAS_SERIES (HAS_SUMS || HAS_SLOPE || HAS_LOWEST || HAS_HIGHEST)
#if defined(LIGHTWAVES_COUNTS) || defined(LIGHTWAVES_FLOAT_INPUT)
#define MAKES_SAMPLES 1
#else
#define MAKES_SAMPLES 0
#endif

enum { N_TIMEPOINTS = LIGHTWAVES_N_TIMEPOINTS, LARGEST_SAMPLE = LIGHTWAVES_LARGEST };

#ifdef LIGHTWAVES_N_CLASSES
enum { N_CLASSES = LIGHTWAVES_N_CLASSES };

const char *const lightwaves_classes[N_CLASSES] = {CLASS_LABELS};
#endif

/* Inputs and responses. */
#if IS_WIDE
#define VALUE_T int32_t
#define COUNT_T uint32_t
#define VALUE_MAX INT32_MAX
#else
#define VALUE_T int16_t
#define COUNT_T uint16_t /* of as many bits as what is counted, for compilers */
#define VALUE_MAX INT16_MAX
#endif

static VALUE_T series[N_TIMEPOINTS + 2 * MARGIN];
#if HAS_CONVOLUTIONS
static VALUE_T total[N_TIMEPOINTS], response[N_TIMEPOINTS];
#endif
#if HAS_LEVEL_2
static VALUE_T energy[N_TIMEPOINTS / 2 + 2 * MARGIN];
#endif
#if HAS_PAIRS
static int16_t rows[N_IN_USE][N_TIMEPOINTS]; /* samples: inputs have them in common */
#endif

static uint32_t n_clamped = 0, n_clamped_of_stream = 0;

#ifdef __cplusplus
namespace { /* other models of a program have types of the same names */
#endif

/* Where a series is read from. */
typedef struct {
    const int16_t *values; /* rows of N_TIMEPOINTS, one a channel */
    int start;             /* of the first time point; the row goes round */
    int is_stream;         /* rows of the channels in use alone, and clamped */
} Window;

/* What has been added up so far. */
typedef struct {
    int feature; /* the next one */
#if HAS_THRESHOLDS
    int threshold;
#endif
    int32_t *scores;
} Accumulator;

#ifdef __cplusplus
}
#endif

static inline int32_t within(int32_t value, int32_t largest)
{
    if (value > largest)
        value = largest;
    if (value < -largest)
        value = -largest;
    return value;
}

#if HAS_DERIVED || defined(LIGHTWAVES_COUNTS)
static inline VALUE_T clamped(int32_t value)
{
    return (VALUE_T)within(value, LARGEST_INPUT);
}

#endif
#if IS_WIDE
/* Samples of 16 bits stand for values of 32: small ones are equal to them, and larger
 * ones are an exponent, and the FRACTION_BITS digits of the value that follow its first.
 */
#if MAKES_SAMPLES
static inline int16_t sample_of(int32_t value)
{
    const int32_t size = value < 0 ? -value : value;
    int exponent = 0;
    while (size >> (FRACTION_BITS + 1 + exponent))
        exponent++;
    const int32_t rounded = (size + (1 << exponent >> 1)) >> exponent;
    const int32_t sample = rounded + (exponent << FRACTION_BITS);
    return (int16_t)(value < 0 ? -sample : sample);
}

#endif
static inline int32_t value_of(int16_t sample)
{
    const int32_t size = sample < 0 ? -sample : sample;
    const int32_t digits = size >> FRACTION_BITS;
    const int exponent = digits > 1 ? (int)digits - 1 : 0;
    const int32_t value = (size - (exponent << FRACTION_BITS)) << exponent;
    return sample < 0 ? -value : value;
}

#else
#if MAKES_SAMPLES
static inline int16_t sample_of(int32_t value)
{
    return (int16_t)value;
}

#endif
static inline int16_t value_of(int16_t sample)
{
    return sample;
}

#endif
/* Clamps what comes in of a channel in use, and counts what is clamped. */
static inline int16_t taken(int16_t from, int channel, uint32_t *n_beyond)
{
#ifdef LIGHTWAVES_COUNTS
    const int32_t product = from * (int32_t)count_multipliers[channel];
    const int32_t value = (product + count_addends[channel]) >> count_shifts[channel];
    *n_beyond += value > LARGEST_INPUT || value < -LARGEST_INPUT;
    return sample_of(clamped(value));
#else
    const int32_t value = from;
    (void)channel;
    *n_beyond += value > LARGEST_SAMPLE || value < -LARGEST_SAMPLE;
    return (int16_t)within(value, LARGEST_SAMPLE);
#endif
}

/* What is kept of a sample: itself where inputs have channels in common, or its value. */
#if HAS_PAIRS
#define KEPT_T int16_t
static inline int16_t kept(int16_t sample)
{
    return sample;
}

#else
#define KEPT_T VALUE_T
static inline VALUE_T kept(int16_t sample)
{
    return value_of(sample);
}

#endif
/* Reads a channel of a window; returns how many values were clamped. */
static uint32_t read_channel(const Window *window, int channel, KEPT_T *out)
{
    if (!window->is_stream) {
        const size_t start = (size_t)channels[channel] * (size_t)N_TIMEPOINTS;
        const int16_t *from = window->values + start;
        uint32_t n_beyond = 0;
        for (int t = 0; t < N_TIMEPOINTS; t++)
            out[t] = kept(taken(from[t], channel, &n_beyond));
        return n_beyond;
    }
    const int16_t *row = window->values + (size_t)channel * (size_t)N_TIMEPOINTS;
    for (int t = window->start; t < N_TIMEPOINTS; t++)
        *out++ = kept(row[t]);
    for (int t = 0; t < window->start; t++)
        *out++ = kept(row[t]);
    return 0;
}

/* Inputs, between margins of zeros, which are the zero padding of the kernels. */

#if HAS_CHANGE
/* Changes from point to point, from the last to the first, which has none. */
static void take_changes(VALUE_T *x)
{
    for (int t = N_TIMEPOINTS - 1; t > 0; t--)
        x[t] = clamped((int32_t)x[t] - x[t - 1]);
    x[0] = 0;
}

#endif
/* Derives an input from its channels. */
static void fill_series(const Window *window, int input)
{
    VALUE_T *x = series + MARGIN;
#if !HAS_PAIRS
    const int channel = input_channels[input];
    const uint32_t n_beyond = read_channel(window, channel, x);
    /* Inputs of a channel follow each other, and its values are counted once. */
    if (input == 0 || input_channels[input - 1] != channel)
        n_clamped += n_beyond;
#else
    if (input == 0)
        for (int channel = 0; channel < N_IN_USE; channel++)
            n_clamped += read_channel(window, channel, rows[channel]);
    const int16_t *first = rows[input_channels[input]];
    const int16_t *second = rows[input_others[input]];
    for (int t = 0; t < N_TIMEPOINTS; t++)
        x[t] = value_of(first[t]);
#endif
#if HAS_SUM
    if (input_representations[input] == SUM)
        for (int t = 0; t < N_TIMEPOINTS; t++)
            x[t] = clamped((int32_t)x[t] + value_of(second[t]));
#endif
#if HAS_DIFFERENCE
    if (input_representations[input] == DIFFERENCE)
        for (int t = 0; t < N_TIMEPOINTS; t++)
            x[t] = clamped((int32_t)x[t] - value_of(second[t]));
#endif
#if HAS_CHANGE
    if (input_representations[input] == CHANGE)
        take_changes(x);
#endif
}

#if HAS_CONVOLUTIONS
/* Empties what an earlier series has left in the margins. */
static void clear_margins(void)
{
    for (int t = 0; t < N_TIMEPOINTS + 2 * MARGIN; t++)
        series[t] = 0;
#if HAS_LEVEL_2
    for (int t = 0; t < N_TIMEPOINTS / 2 + 2 * MARGIN; t++)
        energy[t] = 0;
#endif
}

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

#if HAS_PACKED
/* Pairs of values side by side, the first in the lower half. */

static inline uint32_t pair_at(const int16_t *from)
{
    uint32_t pair;
    memcpy(&pair, from, sizeof pair);
    return pair;
}

static inline void put_pair(uint32_t pair, int16_t *to)
{
    memcpy(to, &pair, sizeof pair);
}

static inline uint32_t sum_of_pairs(const int16_t *a, const int16_t *b, const int16_t *c)
{
    return __uadd16(__uadd16(pair_at(a), pair_at(b)), pair_at(c));
}

#endif
/* Triples the input, which is what kernels of level 1 read from here on. */
static void triple_series(void)
{
    for (int t = MARGIN; t < MARGIN + N_TIMEPOINTS; t++)
        series[t] = (VALUE_T)(3 * series[t]);
}

/* Sum of the nine shifted copies of the input: it serves all kernels of a dilation. The
 * sum of the tripled copies is divided by 3, which without a remainder is a product.
 */
static void sum_of_nine(int dilation)
{
    const VALUE_T *a = series + first_seen(-4, dilation);
    const VALUE_T *b = series + first_seen(-3, dilation);
    const VALUE_T *c = series + first_seen(-2, dilation);
    const VALUE_T *d = series + first_seen(-1, dilation);
    const VALUE_T *e = series + first_seen(0, dilation);
    const VALUE_T *f = series + first_seen(1, dilation);
    const VALUE_T *g = series + first_seen(2, dilation);
    const VALUE_T *h = series + first_seen(3, dilation);
    const VALUE_T *i = series + first_seen(4, dilation);
    int t = 0;
#if HAS_PACKED
    for (; t < N_TIMEPOINTS - 1; t += 2) {
        const uint32_t left = sum_of_pairs(a + t, b + t, c + t);
        const uint32_t middle = sum_of_pairs(d + t, e + t, f + t);
        const uint32_t right = sum_of_pairs(g + t, h + t, i + t);
        const uint32_t nine = __uadd16(__uadd16(left, middle), right);
        const uint32_t low = (nine & 0xFFFFu) * 0xAAABu, high = (nine >> 16) * 0xAAABu;
        put_pair((low & 0xFFFFu) | high << 16, total + t);
    }
#endif
    for (; t < N_TIMEPOINTS; t++) {
        const int32_t left = (int32_t)a[t] + b[t] + c[t];
        const int32_t middle = (int32_t)d[t] + e[t] + f[t];
        const int32_t right = (int32_t)g[t] + h[t] + i[t];
        total[t] = (VALUE_T)((uint32_t)(left + middle + right) * 0xAAAAAAABu);
    }
}

#if HAS_LEVEL_1
/* Level 1 of a kernel: what its three taps of weight 2 see, tripled, less all nine. */
static void respond_by_total(int kernel, int dilation)
{
    const VALUE_T *a = series + first_seen(kernel_taps[kernel][0], dilation);
    const VALUE_T *b = series + first_seen(kernel_taps[kernel][1], dilation);
    const VALUE_T *c = series + first_seen(kernel_taps[kernel][2], dilation);
    int t = 0;
#if HAS_PACKED
    for (; t < N_TIMEPOINTS - 1; t += 2) {
        const uint32_t heavy = sum_of_pairs(a + t, b + t, c + t);
        put_pair(__usub16(heavy, pair_at(total + t)), response + t);
    }
#endif
    for (; t < N_TIMEPOINTS; t++)
        response[t] = (VALUE_T)(a[t] + b[t] + c[t] - total[t]);
}

#endif
#if HAS_PPV && HAS_LEVEL_1
/* Whether nothing is wanted but one share of time. */
static inline int is_one_share(int wanted)
{
    return wanted < PPV << N_PPV && (wanted & (wanted - 1)) == 0;
}

/* How often the same is above a threshold, where no more is wanted of it. */
static int32_t count_by_total(int kernel, int dilation, VALUE_T threshold)
{
    const VALUE_T *a = series + first_seen(kernel_taps[kernel][0], dilation);
    const VALUE_T *b = series + first_seen(kernel_taps[kernel][1], dilation);
    const VALUE_T *c = series + first_seen(kernel_taps[kernel][2], dilation);
    COUNT_T count = 0;
    int t = 0;
#if HAS_PACKED
    const uint32_t limit = (uint16_t)threshold * 0x10001u;
    uint32_t counts = 0;
    for (; t < N_TIMEPOINTS - 1; t += 2) {
        const uint32_t heavy = sum_of_pairs(a + t, b + t, c + t);
        (void)__ssub16(limit, __usub16(heavy, pair_at(total + t)));
        counts = __uadd16(counts, __sel(0, 0x10001u));
    }
    count = (COUNT_T)((counts & 0xFFFFu) + (counts >> 16));
#endif
    for (; t < N_TIMEPOINTS; t++)
        count = (COUNT_T)(
            count + ((VALUE_T)(a[t] + b[t] + c[t] - total[t]) > threshold));
    return (int32_t)count;
}

#endif
#if HAS_ENERGY_ONLY
/* What level 2 reads, where the response is not wanted itself: magnitudes at every
 * second time point.
 */
static void energy_by_total(int kernel, int dilation)
{
    const VALUE_T *a = series + first_seen(kernel_taps[kernel][0], dilation);
    const VALUE_T *b = series + first_seen(kernel_taps[kernel][1], dilation);
    const VALUE_T *c = series + first_seen(kernel_taps[kernel][2], dilation);
    for (int t = 0; t < N_TIMEPOINTS / 2; t++) {
        const int32_t value = a[2 * t] + b[2 * t] + c[2 * t] - total[2 * t];
        energy[MARGIN + t] = (VALUE_T)((value < 0 ? -value : value) >> ENERGY_SHIFT);
    }
}

#endif
#if HAS_RECTIFIED
/* The same of a response. */
static void rectify(void)
{
    for (int t = 0; t < N_TIMEPOINTS / 2; t++) {
        const int32_t value = response[2 * t];
        energy[MARGIN + t] = (VALUE_T)((value < 0 ? -value : value) >> ENERGY_SHIFT);
    }
}

#endif
#if HAS_LEVEL_2
/* Level 2 of a kernel: twice its heavy taps, less the light ones. */
static void respond_to_energy(int kernel, int dilation)
{
    const int8_t *taps = kernel_taps[kernel];
    const VALUE_T *a = energy + first_seen(taps[0], dilation);
    const VALUE_T *b = energy + first_seen(taps[1], dilation);
    const VALUE_T *c = energy + first_seen(taps[2], dilation);
    const VALUE_T *d = energy + first_seen(taps[3], dilation);
    const VALUE_T *e = energy + first_seen(taps[4], dilation);
    const VALUE_T *f = energy + first_seen(taps[5], dilation);
    const VALUE_T *g = energy + first_seen(taps[6], dilation);
    const VALUE_T *h = energy + first_seen(taps[7], dilation);
    const VALUE_T *i = energy + first_seen(taps[8], dilation);
    int t = 0;
#if HAS_PACKED
    for (; t < N_TIMEPOINTS / 2 - 1; t += 2) {
        const uint32_t heavy = sum_of_pairs(a + t, b + t, c + t);
        const uint32_t left = sum_of_pairs(d + t, e + t, f + t);
        const uint32_t right = sum_of_pairs(g + t, h + t, i + t);
        const uint32_t light = __uadd16(left, right);
        put_pair(__usub16(__uadd16(heavy, heavy), light), response + t);
    }
#endif
    for (; t < N_TIMEPOINTS / 2; t++)
        response[t] = (VALUE_T)(2 * (a[t] + b[t] + c[t]) - (d[t] + e[t] + f[t])
                                - (g[t] + h[t] + i[t]));
}

#endif
#endif /* HAS_CONVOLUTIONS */

/* Pooling operators of responses, of their first n values. */

#if HAS_PPV
static int32_t count_above(VALUE_T threshold, int n)
{
    COUNT_T count = 0;
    int t = 0;
#if HAS_PACKED
    const uint32_t limit = (uint16_t)threshold * 0x10001u;
    uint32_t counts = 0;
    for (; t < n - 1; t += 2) {
        (void)__ssub16(limit, pair_at(response + t));
        counts = __uadd16(counts, __sel(0, 0x10001u));
    }
    count = (COUNT_T)((counts & 0xFFFFu) + (counts >> 16));
#endif
    for (; t < n; t++)
        count = (COUNT_T)(count + (response[t] > threshold));
    return (int32_t)count;
}

#endif
#if HAS_PACKED && (HAS_MAX || HAS_MIN)
static inline uint32_t magnitudes_at(const int16_t *from)
{
    const uint32_t pair = pair_at(from), negative = __usub16(0, pair);
    (void)__ssub16(pair, 0); /* the last before a selection tells it what to take */
    return __sel(pair, negative);
}

#endif
#if HAS_MAX || HAS_MIN
static inline VALUE_T magnitude(VALUE_T value)
{
    return (VALUE_T)(value < 0 ? -value : value);
}

#endif
#if HAS_MAX
static int32_t largest_magnitude(int n)
{
    VALUE_T high = 0;
    int t = 0;
#if HAS_PACKED
    uint32_t highs = 0;
    for (; t < n - 1; t += 2) {
        const uint32_t sizes = magnitudes_at(response + t);
        (void)__ssub16(sizes, highs);
        highs = __sel(sizes, highs);
    }
    high = (int16_t)(highs >> 16);
    high = (int16_t)highs > high ? (int16_t)highs : high;
#endif
    for (; t < n; t++) {
        const VALUE_T size = magnitude(response[t]);
        high = size > high ? size : high;
    }
    return high;
}

#endif
#if HAS_LSPV
/* A run that is longer than the longest so far must be positive where it would end: of
 * what lies before, no more is looked at than to the last value that is not.
 */
static int32_t longest_positive(int n)
{
    int start = 0, longest = 0; /* of what may be a longer run, and the longest so far */
    while (start + longest < n) {
        int last = start + longest;
        int t = last;
        while (t >= start && response[t] > 0)
            t--;
        if (t >= start) {
            start = t + 1;
            continue;
        }
        while (last < n && response[last] > 0)
            last++;
        longest = last - start;
        start = last + 1;
    }
    return longest;
}

#endif
#if HAS_MIN
static int32_t smallest_magnitude(int n)
{
    VALUE_T low = VALUE_MAX;
    int t = 0;
#if HAS_PACKED
    uint32_t lows = (uint32_t)INT16_MAX * 0x10001u;
    for (; t < n - 1; t += 2) {
        const uint32_t sizes = magnitudes_at(response + t);
        (void)__ssub16(lows, sizes);
        lows = __sel(sizes, lows);
    }
    low = (int16_t)(lows >> 16);
    low = (int16_t)lows < low ? (int16_t)lows : low;
#endif
    for (; t < n; t++) {
        const VALUE_T size = magnitude(response[t]);
        low = size < low ? size : low;
    }
    return n > 0 ? low : 0;
}

#endif
/* Pooling operators of intervals, of the n values from x on. Means, deviations and slopes
 * are left multiplied by what they would be divided by.
 */

#if HAS_SUMS
static int32_t sum_of(const VALUE_T *x, int n)
{
    int32_t sum = 0;
    for (int t = 0; t < n; t++)
        sum += x[t];
    return sum;
}

#endif
#if HAS_DEVIATION
/* The largest integer whose square is no larger, digit by digit. */
static int32_t square_root(uint64_t x)
{
    uint64_t root = 0;
    for (uint64_t bit = (uint64_t)1 << 62; bit > 0; bit >>= 2) {
        const int is_one = x >= root + bit;
        if (is_one)
            x -= root + bit;
        root = (root >> 1) + (is_one ? bit : 0);
    }
    return (int32_t)root;
}

static int32_t deviation_of(const VALUE_T *x, int n)
{
    const int64_t sum = sum_of(x, n);
    uint64_t squares = 0;
    for (int t = 0; t < n; t++) {
#if IS_WIDE
        const int64_t value = x[t];
#else
        const int32_t value = x[t];
#endif
        squares += (uint64_t)(value * value);
    }
    return square_root((uint64_t)n * squares - (uint64_t)(sum * sum));
}

#endif
#if HAS_SLOPE
static int32_t slope_of(const VALUE_T *x, int n, int shift)
{
    int64_t sum = 0;
    for (int t = 0; t < n; t++)
        sum += (2 * (int32_t)t - (n - 1)) * x[t];
    return (int32_t)(sum >> shift);
}

#endif
#if HAS_LOWEST
static int32_t lowest_of(const VALUE_T *x, int n)
{
    VALUE_T low = x[0];
    for (int t = 1; t < n; t++)
        low = x[t] < low ? x[t] : low;
    return low;
}

#endif
#if HAS_HIGHEST
static int32_t highest_of(const VALUE_T *x, int n)
{
    VALUE_T high = x[0];
    for (int t = 1; t < n; t++)
        high = x[t] > high ? x[t] : high;
    return high;
}

#endif
/* Adds the next feature to the scores, by its distance from the training mean. */
static void add_feature(int32_t value, Accumulator *accumulator)
{
    const int feature = accumulator->feature++;
    const int32_t distance = (value - head_centres[feature]) >> head_shifts[feature];
    const int32_t step = within(distance, LARGEST_STEP);
    for (int k = 0; k < N_SCORES; k++)
        accumulator->scores[k] += head_weights[feature][k] * step;
}

#if HAS_SERIES
/* Adds the wanted features of an interval, which has one time point at least. */
static void add_features_of_interval(int interval, Accumulator *accumulator)
{
    const int wanted = interval_statistics[interval], n = interval_lengths[interval];
    const VALUE_T *x = series + MARGIN + interval_firsts[interval];
#if HAS_MEAN
    if (wanted & MEAN)
        add_feature(sum_of(x, n), accumulator);
#endif
#if HAS_DEVIATION
    if (wanted & DEVIATION)
        add_feature(deviation_of(x, n), accumulator);
#endif
#if HAS_SLOPE
    if (wanted & SLOPE)
        add_feature(slope_of(x, n, interval_shifts[interval]), accumulator);
#endif
#if HAS_LOWEST
    if (wanted & LOWEST)
        add_feature(lowest_of(x, n), accumulator);
#endif
#if HAS_HIGHEST
    if (wanted & HIGHEST)
        add_feature(highest_of(x, n), accumulator);
#endif
}

#endif
#if HAS_CONVOLUTIONS
#if HAS_PPV
static inline VALUE_T next_threshold(Accumulator *accumulator)
{
#if HAS_THRESHOLDS
    return thresholds[accumulator->threshold++];
#else
    (void)accumulator;
    return 0;
#endif
}

#endif
/* Adds the wanted features of the first n values of the response. */
static void add_features(int wanted, int n, Accumulator *accumulator)
{
#if HAS_PPV
    for (int i = 0; i < N_PPV; i++)
        if (wanted & (PPV << i))
            add_feature(count_above(next_threshold(accumulator), n), accumulator);
#endif
#if HAS_MAX
    if (wanted & MAX)
        add_feature(largest_magnitude(n), accumulator);
#endif
#if HAS_LSPV
    if (wanted & LSPV)
        add_feature(longest_positive(n), accumulator);
#endif
#if HAS_MIN
    if (wanted & MIN)
        add_feature(smallest_magnitude(n), accumulator);
#endif
}

#if HAS_LEVEL_2 || HAS_PPV
/* Whether level 2 of a convolution is wanted. */
static inline int goes_on(int convolution)
{
#if HAS_LEVEL_2
    return convolution_level_2[convolution] != 0;
#else
    (void)convolution;
    return 0;
#endif
}

#endif
#if HAS_LEVEL_1
/* Level 1 of a convolution: adds what is wanted of it, and leaves what level 2 reads. */
static void evaluate_series(int convolution, int dilation, Accumulator *accumulator)
{
    const int kernel = convolution_kernels[convolution];
    const int wanted = convolution_level_1[convolution];
#if HAS_PPV
    if (is_one_share(wanted) && !goes_on(convolution)) {
        const VALUE_T threshold = next_threshold(accumulator);
        add_feature(count_by_total(kernel, dilation, threshold), accumulator);
        return;
    }
#endif
    respond_by_total(kernel, dilation);
    add_features(wanted, N_TIMEPOINTS, accumulator);
#if HAS_RECTIFIED
    if (goes_on(convolution))
        rectify();
#endif
}

#endif
/* One kernel at one dilation of the input at hand. */
static void evaluate(int convolution, int dilation, Accumulator *accumulator)
{
#if !HAS_LEVEL_1
    energy_by_total(convolution_kernels[convolution], dilation);
#elif !HAS_ENERGY_ONLY
    evaluate_series(convolution, dilation, accumulator);
#else
    if (convolution_level_1[convolution])
        evaluate_series(convolution, dilation, accumulator);
    else
        energy_by_total(convolution_kernels[convolution], dilation);
#endif
#if HAS_LEVEL_2
    if (goes_on(convolution)) {
        respond_to_energy(convolution_kernels[convolution], dilation);
        add_features(convolution_level_2[convolution], N_TIMEPOINTS / 2, accumulator);
    }
#endif
}

#endif
/* Deciding. */

#ifdef LIGHTWAVES_N_CLASSES
/* The class with the highest score, the first of equals. */
static int best_class(int32_t *scores)
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
static int classify(const Window *window, int32_t *scores)
{
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
    accumulator.scores = scores;
    for (int k = 0; k < N_SCORES; k++)
        scores[k] = head_intercepts[k];
    for (int input = 0; input < N_INPUTS; input++) {
        fill_series(window, input);
#if HAS_SERIES
        for (int i = 0; i < input_intervals[input]; i++, interval++)
            add_features_of_interval(interval, &accumulator);
#endif
#if HAS_CONVOLUTIONS
        triple_series();
        for (int i = 0; i < input_groups[input]; i++, group++) {
            sum_of_nine(group_dilations[group]);
            for (int j = 0; j < group_convolutions[group]; j++, convolution++)
                evaluate(convolution, group_dilations[group], &accumulator);
        }
#endif
    }
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

int lightwaves_predict_length(const int16_t *values, int n_timepoints, int32_t *scores)
{
    const Window window = {values, 0, 0};
    n_clamped = 0;
    if (n_timepoints != N_TIMEPOINTS)
        return LIGHTWAVES_BAD_LENGTH;
    return classify(&window, scores);
}

int lightwaves_predict(const int16_t *values, int32_t *scores)
{
    return lightwaves_predict_length(values, N_TIMEPOINTS, scores);
}

uint32_t lightwaves_n_clamped(void)
{
    return n_clamped;
}

/* Streams: the last samples of each channel in use, in rows that go round. */

static int16_t stream[N_IN_USE * N_TIMEPOINTS];
static int newest = 0;             /* where in a row the next sample comes */
static int missing = N_TIMEPOINTS; /* samples up to the next decision */

void lightwaves_reset(void)
{
    newest = 0;
    missing = N_TIMEPOINTS;
    n_clamped = 0;
    n_clamped_of_stream = 0;
}

int lightwaves_push(const int16_t *sample, int32_t *scores)
{
    n_clamped = 0;
    for (int i = 0; i < N_IN_USE; i++) {
        const int16_t value = sample[channels[i]];
        stream[i * N_TIMEPOINTS + newest] = taken(value, i, &n_clamped);
    }
    /* It stays at its largest. */
    if (n_clamped_of_stream <= UINT32_MAX - n_clamped)
        n_clamped_of_stream += n_clamped;
    newest = newest + 1 < N_TIMEPOINTS ? newest + 1 : 0;
    missing--;
    if (missing > 0)
        return LIGHTWAVES_NO_DECISION;
    missing = LIGHTWAVES_HOP;
    const Window window = {stream, newest, 1};
    return classify(&window, scores);
}

uint32_t lightwaves_n_clamped_of_stream(void)
{
    return n_clamped_of_stream;
}

#ifdef LIGHTWAVES_HAS_PROBABILITIES
/* Differences of integers are exact, and those of the scores fit in 32 bits. */
void lightwaves_probabilities(const int32_t *scores, float *probabilities)
{
    int32_t largest = scores[0];
    float sum = 0.0f;
    for (int k = 1; k < N_CLASSES; k++)
        largest = scores[k] > largest ? scores[k] : largest;
    for (int k = 0; k < N_CLASSES; k++) {
        const uint32_t below = (uint32_t)largest - (uint32_t)scores[k];
        probabilities[k] = expf(-LOGIT_SCALE * (float)below);
        sum += probabilities[k];
    }
    for (int k = 0; k < N_CLASSES; k++)
        probabilities[k] /= sum;
}

#endif
#if defined(LIGHTWAVES_FLOAT_INPUT) && !defined(LIGHTWAVES_COUNTS)
/* Floats. Fused products and sums would round in another way than Python does. */
#if defined(__FAST_MATH__) || defined(__ASSOCIATIVE_MATH__) || __FINITE_MATH_ONLY__ + 0
#error "floats are looked through for NaN, and rely on the order of operations"
#endif
#if defined(__FLT_EVAL_METHOD__) && __FLT_EVAL_METHOD__ != 0 && __FLT_EVAL_METHOD__ != 16
#error "floats must be computed in single precision, which on x86 takes -mfpmath=sse"
#endif
#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#elif defined(__GNUC__)
#pragma GCC optimize("fp-contract=off")
#endif

static int16_t quantised(float value, int channel, uint32_t *n_beyond)
{
    const float distance = (value - channel_means[channel][0]) - channel_means[channel][1];
    const float largest = (float)LARGEST_INPUT;
    float scaled = distance * channel_gains[channel];
    if (!(scaled <= largest && scaled >= -largest))
        ++*n_beyond;
    if (scaled != scaled)
        return 0;
    scaled = scaled > largest ? largest : scaled;
    scaled = scaled < -largest ? -largest : scaled;
    return sample_of((int32_t)(scaled + (largest + 0.5f)) - LARGEST_INPUT);
}

uint32_t lightwaves_quantise(const float *values, int n_timepoints, int16_t *out)
{
    uint32_t n_beyond = 0;
    const size_t n = (size_t)n_timepoints;
    for (size_t i = 0; i < n * LIGHTWAVES_N_CHANNELS; i++)
        out[i] = 0;
    for (int channel = 0; channel < N_IN_USE; channel++) {
        const size_t start = channels[channel] * n;
        for (size_t t = start; t < start + n; t++)
            out[t] = quantised(values[t], channel, &n_beyond);
    }
    return n_beyond;
}
#endif
