/* A LightWaveS classifier, written by lightwaves-aeon @version@: see the header.
 *
 * The table of features is arranged as jobs, a job being one kernel at one dilation of
 * one input. Inputs have groups of jobs with the same dilation, and of a job the wanted
 * statistics are named by the bits of a mask. Inputs, groups, jobs and statistics follow
 * each other in the order in which they are worked on, and so do the rows of the head.
 */
#include "@name@_model.h"

#include <math.h> /* fabsf, which is one instruction */
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

enum {
    MAX_TIMEPOINTS = @NAME@_MAX_TIMEPOINTS,
    N_CLASSES = @NAME@_N_CLASSES,
    N_SCORES = @n_scores@,
    N_IN_USE = @n_used@, /* channels */
    N_INPUTS = @n_inputs@,
//if tapped
    N_TAPPED = @n_tapped@, /* kernels of MiniRocket, which come first */
//end
    MARGIN = @margin@ /* zeros at both ends, which is as far as a kernel reaches */
};

/* The wanted statistics of a response. */
enum {
//if ppv
    PPV = 1, /* share of values above a threshold */
//end
//if thresholds
    N_PPV = @n_shares@, /* of which there are so many, one bit each */
//end
//if max
    MAX = @bit_max@, /* largest magnitude */
//end
//if lspv
    LSPV = @bit_lspv@, /* longest stretch of positive values */
//end
//if min
    MIN = @bit_min@, /* smallest magnitude */
//end
//if mpv
    MPV = @bit_mpv@, /* mean of the positive values */
//end
//if mipv
    MIPV = @bit_mipv@, /* their mean time */
//end
};

//if derived
/* What an input is made of its channels, by its number in the table. */
enum { CHANNEL, CHANGE, SUM, DIFFERENCE };

//end
@tables@
const char *const @name@_classes[N_CLASSES] = {
@classes@
};

static float series[MAX_TIMEPOINTS + 2 * MARGIN];
//if tapped
static float tripled[MAX_TIMEPOINTS + 2 * MARGIN];
static float total[MAX_TIMEPOINTS];
//end
//if level_2
static float energy[MAX_TIMEPOINTS / 2 + 2 * MARGIN];
//end
//if pairs
static float scaled_rows[N_IN_USE][MAX_TIMEPOINTS]; /* inputs have them in common */
//end
static float response[MAX_TIMEPOINTS];

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
//if thresholds
    int threshold;
//end
    float *scores;
    float lost[N_SCORES]; /* what rounding has taken from the scores */
} Tally;

#ifdef __cplusplus
}
#endif

/* Scaling. Means and inverse deviations are sums of two floats, and what rounding loses
 * is carried along: the result is that of double precision, which small processors lack.
 */

/* The upper half of the digits: products of halves are exact. */
static inline float upper_half(float x)
{
    const float shifted = 4097.0f * x;
    return shifted - (shifted - x);
}

/* A value of a channel in units of its training standard deviation. */
static inline float scaled(float x, const float *mean, const float *inverse)
{
    const float distance = x - mean[0];
    const float back = distance - x;
    const float lost = ((x - (distance - back)) - (mean[0] + back)) - mean[1];

    const float product = distance * inverse[0];
    const float a = upper_half(distance), b = distance - a;
    const float c = upper_half(inverse[0]), d = inverse[0] - c;
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

/* Scales a channel of a window, from its first time point to its last. */
static int scale_channel(const Window *window, int channel, float *out)
{
    const int n = window->n_timepoints, start = window->start;
    const int row = window->all_present ? channels[channel] : channel;
    const float *from = window->values + (size_t)row * (size_t)n;
    return scale_values(from + start, n - start, channel, out)
           + scale_values(from, start, channel, out + n - start);
}

//if pairs
/* Scales all channels in use; returns how many values cannot be used. */
static int scale_channels(const Window *window)
{
    int n_unusable = 0;
    for (int channel = 0; channel < N_IN_USE; channel++)
        n_unusable += scale_channel(window, channel, scaled_rows[channel]);
    return n_unusable;
}

//end
/* Inputs of the kernels, between margins of zeros: that is the zero padding. */

//if change
/* Changes from point to point, from the last to the first, which has none. */
static void take_changes(float *x, int n)
{
    for (int t = n - 1; t > 0; t--)
        x[t] -= x[t - 1];
    x[0] = 0.0f;
}

//end
/* Derives an input from its channels; returns how many values cannot be used. */
static int fill_series(const Window *window, int input)
{
//if worked_over
    const int n = window->n_timepoints;
//end
    float *x = series + MARGIN;
//if alone
    const int n_unusable = scale_channel(window, input_channels[input], x);
//end
//if pairs
    const int n_unusable = input == 0 ? scale_channels(window) : 0;
    const float *first = scaled_rows[input_channels[input]];
    const float *second = scaled_rows[input_others[input]];
    for (int t = 0; t < n; t++)
        x[t] = first[t];
//end
//if sum
    if (input_sorts[input] == SUM)
        for (int t = 0; t < n; t++)
            x[t] += second[t];
//end
//if difference
    if (input_sorts[input] == DIFFERENCE)
        for (int t = 0; t < n; t++)
            x[t] -= second[t];
//end
//if change
    if (input_sorts[input] == CHANGE)
        take_changes(x, n);
//end
//if tapped
    for (int t = 0; t < n; t++)
        tripled[MARGIN + t] = 3.0f * x[t];
//end
    return n_unusable;
}

/* Empties what an earlier series has left in the margins. */
static void clear_margins(void)
{
    for (int t = 0; t < MAX_TIMEPOINTS + 2 * MARGIN; t++)
        series[t] = 0.0f;
//if tapped
    for (int t = 0; t < MAX_TIMEPOINTS + 2 * MARGIN; t++)
        tripled[t] = 0.0f;
//end
//if level_2
    for (int t = 0; t < MAX_TIMEPOINTS / 2 + 2 * MARGIN; t++)
        energy[t] = 0.0f;
//end
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

//if tapped
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

//end
//if by_total
/* Level 1 of a MiniRocket kernel: its three taps of weight 2 tripled, less all nine. */
static void respond_by_total(int kernel, int dilation, int n)
{
    const float *a = tripled + first_seen(kernel_taps[kernel][0], dilation);
    const float *b = tripled + first_seen(kernel_taps[kernel][1], dilation);
    const float *c = tripled + first_seen(kernel_taps[kernel][2], dilation);
    for (int t = 0; t < n; t++)
        response[t] = a[t] + b[t] + c[t] - total[t];
}

//end
//if energy_only
/* The same at every second time point without its sign, where only level 2 is wanted. */
static void energy_by_total(int kernel, int dilation, int half)
{
    const float *a = tripled + first_seen(kernel_taps[kernel][0], dilation);
    const float *b = tripled + first_seen(kernel_taps[kernel][1], dilation);
    const float *c = tripled + first_seen(kernel_taps[kernel][2], dilation);
    for (int t = 0; t < half; t++)
        energy[MARGIN + t] = fabsf(a[2 * t] + b[2 * t] + c[2 * t] - total[2 * t]);
}

//end
//if rectified
/* Magnitude of the response at every second time point: the input of level 2. */
static void rectify(int half)
{
    for (int t = 0; t < half; t++)
        energy[MARGIN + t] = fabsf(response[2 * t]);
}

//end
//if tapped_deeper
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

//end
//if weighted
/* Response of a kernel with weights of its own, which sum to zero. */
static void respond_weighted(const float *x, int kernel, int dilation, int n)
{
    const int which = kernel@less_tapped@, length = kernel_lengths[which];
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

//end
/* Statistics of the response. */

//if bits
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

//end
//if positives
static inline int32_t is_positive(float x)
{
    return bits_of(x) > 0;
}

//end
//if magnitudes
static inline int32_t bits_of_magnitude(float x)
{
    return bits_of(x) & 0x7FFFFFFF;
}

static inline float float_of(int32_t bits)
{
    union {
        int32_t bits;
        float value;
    } either;
    either.bits = bits;
    return either.value;
}

//end
//if ppv_of_zero
static float share_of_positive(int n)
{
    int32_t count = 0;
    for (int t = 0; t < n; t++)
        count += is_positive(response[t]);
    return (float)count / (float)(n > 0 ? n : 1);
}

//end
//if thresholds
static float share_above(float threshold, int n)
{
    int32_t count = 0;
    for (int t = 0; t < n; t++)
        count += response[t] > threshold;
    return (float)count / (float)(n > 0 ? n : 1);
}

//end
//if max
static float largest_magnitude(int n)
{
    int32_t high = 0;
    for (int t = 0; t < n; t++) {
        const int32_t bits = bits_of_magnitude(response[t]);
        high = bits > high ? bits : high;
    }
    return float_of(high);
}

//end
//if lspv
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

//end
//if min
static float smallest_magnitude(int n)
{
    int32_t low = n > 0 ? bits_of_magnitude(response[0]) : 0;
    for (int t = 1; t < n; t++) {
        const int32_t bits = bits_of_magnitude(response[t]);
        low = bits < low ? bits : low;
    }
    return float_of(low);
}

//end
//if mpv
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

//end
//if mipv
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

//end
/* Adds the next feature to the scores, by its distance from the training mean. */
static void add_feature(float value, Tally *tally)
{
    const float *weights = head_weights[tally->feature];
    const float distance = value - head_means[tally->feature];
    for (int k = 0; k < N_SCORES; k++) {
        const float before = tally->scores[k], term = weights[k] * distance;
        const float sum = before + term, added = sum - before;
        tally->lost[k] += (before - (sum - added)) + (term - added);
        tally->scores[k] = sum;
    }
    tally->feature++;
}

/* Adds the wanted statistics of the first n values of the response. */
static void add_statistics(int wanted, int n, @scale@Tally *tally)
{
//if ppv_of_zero
    if (wanted & PPV)
        add_feature(share_of_positive(n), tally);
//end
//if thresholds
    for (int i = 0; i < N_PPV; i++)
        if (wanted & (PPV << i))
            add_feature(share_above(thresholds[tally->threshold++], n), tally);
//end
//if max
    if (wanted & MAX)
        add_feature(largest_magnitude(n) * scale, tally);
//end
//if lspv
    if (wanted & LSPV)
        add_feature(longest_positive(n), tally);
//end
//if min
    if (wanted & MIN)
        add_feature(smallest_magnitude(n) * scale, tally);
//end
//if mpv
    if (wanted & MPV)
        add_feature(mean_of_positive(n) * scale, tally);
//end
//if mipv
    if (wanted & MIPV)
        add_feature(mean_time_of_positive(n), tally);
//end
}

//if responses
/* Level 1 of a job: adds what is wanted of it, and leaves what level 2 reads. */
static void evaluate_series(int job, int group, int n@tally_parameter@)
{
    const int kernel = job_kernels[job], dilation = group_dilations[group];
//if series_by_both
    if (kernel < N_TAPPED)
        respond_by_total(kernel, dilation, n);
    else
        respond_weighted(series, kernel, dilation, n);
//end
//if series_by_taps
    respond_by_total(kernel, dilation, n);
//end
//if series_by_weights
    respond_weighted(series, kernel, dilation, n);
//end
//if level_1
    add_statistics(job_level_1[job], n, @scale_1@tally);
//end
//if rectified
    if (job_level_2[job])
        rectify(n / 2);
//end
}

//end
//if level_2
/* Level 2 of a job. */
static void evaluate_energy(int job, int group, int half, Tally *tally)
{
    const int kernel = job_kernels[job], dilation = group_dilations[group];
//if amplitudes
    const float scale = group_scales[group];
//end
//if energy_by_both
    if (kernel < N_TAPPED)
        respond_to_energy(kernel, dilation, half);
    else
        respond_weighted(energy, kernel, dilation, half);
//end
//if energy_by_taps
    respond_to_energy(kernel, dilation, half);
//end
//if energy_by_weights
    respond_weighted(energy, kernel, dilation, half);
//end
    add_statistics(job_level_2[job], half, @scale_2@tally);
}

//end
/* One kernel at one dilation of the input at hand. */
static void evaluate(int job, int group, int n, Tally *tally)
{
//if all_responses
    evaluate_series(job, group, n@tally@);
//end
//if some_responses
    if (@needs_response@)
        evaluate_series(job, group, n@tally@);
    else
        energy_by_total(job_kernels[job], group_dilations[group], n / 2);
//end
//if no_responses
    energy_by_total(job_kernels[job], group_dilations[group], n / 2);
//end
//if level_2
    if (job_level_2[job])
        evaluate_energy(job, group, n / 2, tally);
//end
}

/* Deciding. */

/* The class with the highest score, the first of equals. */
static int best_class(float *scores)
{
    int best = 0;
//if two_classes
    /* The one score is that of the second class. */
    scores[1] = scores[0];
    scores[0] = -scores[1];
//end
    for (int k = 1; k < N_CLASSES; k++)
        if (scores[k] > scores[best])
            best = k;
    return best;
}

static int classify(const Window *window, float *scores)
{
    const int n = window->n_timepoints;
    Tally tally;
    int job = 0, group = 0;
    tally.feature = 0;
//if thresholds
    tally.threshold = 0;
//end
    tally.scores = scores;
    for (int k = 0; k < N_SCORES; k++) {
        scores[k] = head_intercepts[k];
        tally.lost[k] = 0.0f;
    }
    clear_margins();
    for (int input = 0; input < N_INPUTS; input++) {
        if (fill_series(window, input) > 0)
            return @NAME@_BAD_VALUE;
        for (int i = 0; i < input_groups[input]; i++, group++) {
//if total_by_both
            if (job_kernels[job] < N_TAPPED)
                sum_of_nine(group_dilations[group], n);
//end
//if total_by_taps
            sum_of_nine(group_dilations[group], n);
//end
            for (int j = 0; j < group_jobs[group]; j++, job++)
                evaluate(job, group, n, &tally);
        }
    }
    for (int k = 0; k < N_SCORES; k++)
        scores[k] += tally.lost[k];
    return best_class(scores);
}

int @name@_predict_length(const float *values, int n_timepoints, float *scores)
{
    const Window window = {values, n_timepoints, 0, 1};
    if (n_timepoints < 1 || n_timepoints > MAX_TIMEPOINTS)
        return @NAME@_BAD_LENGTH;
    return classify(&window, scores);
}

int @name@_predict(const float *values, float *scores)
{
    return @name@_predict_length(values, MAX_TIMEPOINTS, scores);
}

/* Streams: the last samples of each channel in use, in rows that go round. */

static float stream[N_IN_USE * MAX_TIMEPOINTS];
static int newest = 0;               /* where in a row the next sample comes */
static int missing = MAX_TIMEPOINTS; /* samples up to the next decision */

void @name@_reset(void)
{
    newest = 0;
    missing = MAX_TIMEPOINTS;
}

int @name@_push(const float *sample, float *scores)
{
    for (int i = 0; i < N_IN_USE; i++) {
        const float value = sample[channels[i]];
        if (!is_usable(scaled(value, channel_means[i], channel_inverses[i])))
            return @NAME@_BAD_VALUE;
    }
    for (int i = 0; i < N_IN_USE; i++)
        stream[i * MAX_TIMEPOINTS + newest] = sample[channels[i]];
    newest = (newest + 1) % MAX_TIMEPOINTS;
    missing--;
    if (missing > 0)
        return @NAME@_NO_DECISION;
    missing = @NAME@_HOP;
    const Window window = {stream, MAX_TIMEPOINTS, newest, 0};
    return classify(&window, scores);
}
