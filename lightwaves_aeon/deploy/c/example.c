/* Classifies series from standard input: of each, LIGHTWAVES_N_CHANNELS rows of numbers.
 * The number of time points of a series may be given; it prints the class and scores.
 */
#include <stdio.h>
#include <stdlib.h>

#include "lightwaves_model.h"

static float series[LIGHTWAVES_N_CHANNELS * LIGHTWAVES_MAX_TIMEPOINTS];

static int read_series(long n_values)
{
    for (long i = 0; i < n_values; i++)
        if (scanf("%f", &series[i]) != 1)
            return 0;
    return 1;
}

int main(int argc, char **argv)
{
    const int n_timepoints = argc > 1 ? atoi(argv[1]) : LIGHTWAVES_MAX_TIMEPOINTS;
    float scores[LIGHTWAVES_N_CLASSES];

    if (n_timepoints < 1 || n_timepoints > LIGHTWAVES_MAX_TIMEPOINTS) {
        fprintf(stderr, "time points: 1 to %d\n", LIGHTWAVES_MAX_TIMEPOINTS);
        return 1;
    }
    while (read_series((long)LIGHTWAVES_N_CHANNELS * n_timepoints)) {
        const int best = lightwaves_predict_length(series, n_timepoints, scores);
        if (best < 0) {
            fprintf(stderr, "a value is not finite or far out of scale\n");
            return 1;
        }
        printf("%s", lightwaves_classes[best]);
        for (int k = 0; k < LIGHTWAVES_N_CLASSES; k++)
            printf(" %.9g", (double)scores[k]);
        printf("\n");
    }
    return 0;
}
