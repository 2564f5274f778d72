/* A random forest, written by emlearn, on a series or on statistics of its channels. */
#include <stdint.h>

#include "forest_shape.h"

/* What gives probabilities in floats is not taken along. */
#define forest_predict_proba static __attribute__((unused)) forest_predict_proba
#include "forest_model.h"

#if IS_OF_SERIES
int forest_classify(const int16_t *values)
{
    return (int)forest_predict(values, N_CHANNELS * N_TIMEPOINTS);
}
#else
/* Thresholds are rounded to integers, which of a small number would be too coarse. */
enum { N_STATISTICS = 6, OF_A_CROSSING = 64 };

static int32_t size_of(int32_t value)
{
    return value < 0 ? -value : value;
}

/* Mean, mean absolute deviation, lowest and highest value, mean absolute change, and how
 * often the mean is crossed.
 */
static void describe(const int16_t *x, int16_t *statistics)
{
    int32_t sum = 0, deviations = 0, changes = 0;
    int16_t low = x[0], high = x[0], crossings = 0;
    for (int t = 0; t < N_TIMEPOINTS; t++)
        sum += x[t];
    const int32_t mean = sum / N_TIMEPOINTS;
    for (int t = 0; t < N_TIMEPOINTS; t++) {
        deviations += size_of(x[t] - mean);
        low = x[t] < low ? x[t] : low;
        high = x[t] > high ? x[t] : high;
    }
    for (int t = 1; t < N_TIMEPOINTS; t++) {
        changes += size_of(x[t] - x[t - 1]);
        crossings = (int16_t)(crossings + ((x[t] < mean) != (x[t - 1] < mean)));
    }
    statistics[0] = (int16_t)mean;
    statistics[1] = (int16_t)(deviations / N_TIMEPOINTS);
    statistics[2] = low;
    statistics[3] = high;
    statistics[4] = (int16_t)(changes / (N_TIMEPOINTS - 1));
    statistics[5] = (int16_t)(OF_A_CROSSING * crossings);
}

int forest_classify(const int16_t *values)
{
    static int16_t statistics[N_CHANNELS * N_STATISTICS];
    for (int i = 0; i < N_CHANNELS; i++)
        describe(values + i * N_TIMEPOINTS, statistics + i * N_STATISTICS);
    return (int)forest_predict(statistics, N_CHANNELS * N_STATISTICS);
}
#endif
