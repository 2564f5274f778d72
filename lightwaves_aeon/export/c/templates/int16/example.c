/* An example of a LightWaveS model in integers, written by lightwaves-aeon.
 *
 * It reads series from standard input: of each, LIGHTWAVES_N_CHANNELS rows of
 * LIGHTWAVES_N_TIMEPOINTS numbers in the units of the training series, or counts where
 * the program takes counts. It prints the class and scores, or the numbers that a
 * regressor predicts. Before that it checks the scores of a known case; with --self-test
 * it does no more.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIGHTWAVES_KNOWN_CASE
#include "lightwaves_model.h"

#if !defined(LIGHTWAVES_FLOAT_INPUT) && !defined(LIGHTWAVES_COUNTS)
#error "the example reads floats, for which LIGHTWAVES_FLOAT_INPUT must be defined"
#endif

#ifdef LIGHTWAVES_N_CLASSES
enum { N_SCORES = LIGHTWAVES_N_CLASSES };
#else
enum { N_SCORES = LIGHTWAVES_N_OUTPUTS };
static const float units[N_SCORES] = {LIGHTWAVES_UNITS};
static const float offsets[N_SCORES] = {LIGHTWAVES_OFFSETS};
#endif

enum { N_VALUES = LIGHTWAVES_N_CHANNELS * LIGHTWAVES_N_TIMEPOINTS };

static int16_t series[N_VALUES];

/* The scores of values as if at random, to the bit. */
static const int32_t known_scores[N_SCORES] = {KNOWN_SCORES};

static int passes_self_test(void)
{
    int32_t scores[N_SCORES];
    for (uint32_t i = 0; i < (uint32_t)N_VALUES; i++) {
        uint32_t mixed = i * 2654435769u;
        mixed = (mixed ^ mixed >> 16) * 2246822507u;
        series[i] = (int16_t)((int32_t)(mixed >> KNOWN_SHIFT) - (1 << (31 - KNOWN_SHIFT)));
    }
    if (lightwaves_predict(series, scores) < 0)
        return 0;
    return memcmp(scores, known_scores, sizeof scores) == 0;
}

#ifdef LIGHTWAVES_COUNTS
typedef int16_t Value;

static int reads_as_value(const char *text, char **end, Value *value)
{
    const long count = strtol(text, end, 10);
    *value = (int16_t)count;
    return count >= INT16_MIN && count <= INT16_MAX;
}

#else
typedef float Value;

static int reads_as_value(const char *text, char **end, Value *value)
{
    *value = strtof(text, end);
    return 1;
}

#endif
static Value values[N_VALUES];

/* Reads a series, 0 at the end and -1, after a message, where it is wrong. */
static int read_series(long number)
{
    char token[400], *end;
    for (size_t i = 0; i < (size_t)N_VALUES; i++) {
        int first = 0, last = 0;
        if (scanf(" %n%399s%n", &first, token, &last) != 1) {
            if (i == 0 && !ferror(stdin))
                return 0;
            fprintf(stderr, "series %ld ends after %lu of %lu values\n", number,
                    (unsigned long)i, (unsigned long)N_VALUES);
            return -1;
        }
        if (!reads_as_value(token, &end, values + i) || end != token + (last - first)
            || last - first == 399) {
            fprintf(stderr, "series %ld, value %lu: '%.40s' is not a number\n", number,
                    (unsigned long)i + 1, token);
            return -1;
        }
    }
    return 1;
}

static int predict_from_input(void)
{
    int32_t scores[N_SCORES];
    for (long number = 1;; number++) {
        const int found = read_series(number);
        if (found <= 0)
            return found == 0;
#ifdef LIGHTWAVES_COUNTS
        memcpy(series, values, sizeof series);
#else
        lightwaves_quantise(values, LIGHTWAVES_N_TIMEPOINTS, series);
#endif
        const int predicted = lightwaves_predict(series, scores);
#ifdef LIGHTWAVES_N_CLASSES
        printf("%s", lightwaves_classes[predicted]);
        for (int k = 0; k < N_SCORES; k++)
            printf(" %ld", (long)scores[k]);
#else
        (void)predicted;
        for (int k = 0; k < N_SCORES; k++)
            printf("%s%.9g", k > 0 ? " " : "",
                   (double)((float)scores[k] * units[k] + offsets[k]));
#endif
        printf("\n");
    }
}

int main(int argc, char **argv)
{
    const int only_test = argc == 2 && strcmp(argv[1], "--self-test") == 0;

    if (argc > 1 && !only_test) {
        fprintf(stderr, "there is no argument but --self-test\n");
        return 1;
    }
    if (!passes_self_test()) {
        fprintf(stderr, "self-test failed: the scores of a known case are not those of "
                        "Python\n");
        return 1;
    }
    if (only_test) {
        printf("self-test passed\n");
    } else if (!predict_from_input()) {
        fflush(stdout);
        return 1;
    }
    if (fflush(stdout) != 0 || ferror(stdout)) {
        perror("standard output");
        return 1;
    }
    return 0;
}
