/* An example of a LightWaveS model, written by lightwaves-aeon.
 *
 * It reads series from standard input: of each, LIGHTWAVES_N_CHANNELS rows of numbers. The
 * number of time points of a series may be given. It prints the class and scores, or the
 * numbers that a regressor predicts. Before that it checks the scores of a known case;
 * with --self-test it does no more.
 */
#include <errno.h>
#include <math.h> /* fabsf */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIGHTWAVES_KNOWN_CASE
#include "lightwaves_model.h"

#ifdef LIGHTWAVES_N_CLASSES
enum { N_SCORES = LIGHTWAVES_N_CLASSES };
#else
enum { N_SCORES = LIGHTWAVES_N_OUTPUTS };
#endif

static float series[(size_t)LIGHTWAVES_N_CHANNELS * LIGHTWAVES_MAX_TIMEPOINTS];

/* The known case: the lower level of each channel in use, and the step to the upper one.
 * All values are at one or the other, so that many responses cancel but for rounding.
 * The scores are those of Python, from which they may be a little off.
 */
static const struct {
    int channel;
    float low, step;
} known_channels[] = {KNOWN_CHANNELS};

static const float known_scores[N_SCORES] = {KNOWN_SCORES};
static const float known_tolerances[N_SCORES] = {KNOWN_TOLERANCES};

static void write_known_case(void)
{
    uint32_t count = KNOWN_FIRST;
    for (size_t i = 0; i < sizeof known_channels / sizeof known_channels[0]; i++) {
        float *row = series + (size_t)known_channels[i].channel * LIGHTWAVES_MAX_TIMEPOINTS;
        for (int t = 0; t < LIGHTWAVES_MAX_TIMEPOINTS; t++) {
            uint32_t mixed = count++ * 2654435769u;
            mixed = (mixed ^ mixed >> 16) * 2246822507u;
            row[t] = known_channels[i].low;
            if (mixed >> 31)
                row[t] += known_channels[i].step;
        }
    }
}

static int passes_self_test(void)
{
    float scores[N_SCORES];
    write_known_case();
    if (lightwaves_predict(series, scores) < 0)
        return 0;
    for (int k = 0; k < N_SCORES; k++)
        if (!(fabsf(scores[k] - known_scores[k]) <= known_tolerances[k]))
            return 0;
    return 1;
}

/* Reads the number of time points; 0 if the text is no such number. */
static int read_length(const char *text)
{
    char *end;
    errno = 0;
    const long length = strtol(text, &end, 10);
    if (end == text || *end != '\0' || errno != 0)
        return 0;
    return length >= 1 && length <= LIGHTWAVES_MAX_TIMEPOINTS ? (int)length : 0;
}

/* Reads a series, 0 at the end and -1, after a message, where it is wrong. */
static int read_series(long number, size_t n_values)
{
    char token[400], *end;
    for (size_t i = 0; i < n_values; i++) {
        int first = 0, last = 0;
        if (scanf(" %n%399s%n", &first, token, &last) != 1) {
            if (i == 0 && !ferror(stdin))
                return 0;
            fprintf(stderr, "series %ld ends after %lu of %lu values\n", number,
                    (unsigned long)i, (unsigned long)n_values);
            return -1;
        }
        series[i] = strtof(token, &end);
        if (end != token + (last - first) || last - first == 399) {
            fprintf(stderr, "series %ld, value %lu: '%.40s' is not a number\n", number,
                    (unsigned long)i + 1, token);
            return -1;
        }
    }
    return 1;
}

static int predict_from_input(int n_timepoints)
{
    float scores[N_SCORES];
    long number = 1;
    for (;; number++) {
        const int found =
            read_series(number, (size_t)LIGHTWAVES_N_CHANNELS * (size_t)n_timepoints);
        if (found <= 0)
            return found == 0;
        const int predicted = lightwaves_predict_length(series, n_timepoints, scores);
        if (predicted < 0) {
            fprintf(stderr, "series %ld: a value is not finite or far out of scale\n",
                    number);
            return 0;
        }
#ifdef LIGHTWAVES_N_CLASSES
        printf("%s ", lightwaves_classes[predicted]);
#endif
        for (int k = 0; k < N_SCORES; k++)
            printf("%.9g%c", (double)scores[k], k + 1 < N_SCORES ? ' ' : '\n');
    }
}

int main(int argc, char **argv)
{
    const int only_test = argc == 2 && strcmp(argv[1], "--self-test") == 0;
    const int n_timepoints =
        argc == 2 && !only_test ? read_length(argv[1]) : LIGHTWAVES_MAX_TIMEPOINTS;

    if (argc > 2) {
        fprintf(stderr, "there is one argument at most, not %d\n", argc - 1);
        return 1;
    }
    if (n_timepoints == 0) {
        fprintf(stderr, "'%.40s' is neither --self-test nor a number of time points "
                        "from 1 to %d\n",
                argv[1], LIGHTWAVES_MAX_TIMEPOINTS);
        return 1;
    }
    if (!passes_self_test()) {
        fprintf(stderr, "self-test failed: the scores of a known case are not those of "
                        "Python; was lightwaves_model.c compiled with -ffp-contract=off?\n");
        return 1;
    }
    if (only_test) {
        printf("self-test passed\n");
    } else if (!predict_from_input(n_timepoints)) {
        fflush(stdout);
        return 1;
    }
    if (fflush(stdout) != 0 || ferror(stdout)) {
        perror("standard output");
        return 1;
    }
    return 0;
}
