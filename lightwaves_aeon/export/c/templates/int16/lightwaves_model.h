/* A LightWaveS model of time series in integers, written by lightwaves-aeon.
 *
 * It allocates nothing, needs no library, has no floating point and divides nothing, but
 * for probabilities, where they were asked for. What it works with is static, so it must
 * not be entered from two threads at once.
 *
 * Values of a channel are distances from its training mean in units of
 * 2^-LIGHTWAVES_BITS of its deviation. With 9 digits or less they are the samples, none
 * larger than LIGHTWAVES_LARGEST. With more, a sample s up to 8192 is the value; a larger
 * one stands for (4096 + s % 4096) << (s / 4096 - 1), and negative ones for the same with
 * its sign. Samples beyond the largest are clamped and counted. Where LIGHTWAVES_COUNTS is
 * defined, the program makes them of the counts of a sensor itself.
 */
#ifndef lightwaves_MODEL_H
#define lightwaves_MODEL_H

#include <stdint.h>

/* Arduino has no options for libraries, and leaves out what is not called. */
#if defined(ARDUINO) && !defined(LIGHTWAVES_FLOAT_INPUT)
#define LIGHTWAVES_FLOAT_INPUT
#endif

#include "lightwaves_model_data.h" /* the numbers of channels, outputs, time points */

#ifdef __cplusplus
extern "C" {
#endif

/* What is returned where nothing is predicted; of the scores nothing can be said then. */
enum {
    LIGHTWAVES_NO_DECISION = -1, /* the next one is due some samples later */
    LIGHTWAVES_BAD_LENGTH = -2
};

#ifdef LIGHTWAVES_N_CLASSES
/* The labels of the classes. */
extern const char *const lightwaves_classes[LIGHTWAVES_N_CLASSES];
#else
/* What a regressor returns. The number that it predicts is score * unit + offset, by the
 * lists LIGHTWAVES_UNITS and LIGHTWAVES_OFFSETS, one an output.
 */
enum { LIGHTWAVES_PREDICTED = 0 };
#endif

/* Predicts from a series of LIGHTWAVES_N_CHANNELS rows, each of LIGHTWAVES_N_TIMEPOINTS
 * values; channels that are not in use are not read. A classifier returns the index of
 * the class, the one with the highest score, and writes LIGHTWAVES_N_CLASSES scores in
 * units of 2^-LIGHTWAVES_SCORE_BITS; those of two classes differ in their sign only. A
 * regressor returns LIGHTWAVES_PREDICTED and writes LIGHTWAVES_N_OUTPUTS scores.
 */
int lightwaves_predict(const int16_t *series, int32_t *scores);

/* The same; any other number of time points is a bad length. */
int lightwaves_predict_length(const int16_t *series, int n_timepoints, int32_t *scores);

#ifdef LIGHTWAVES_HAS_PROBABILITIES
/* Makes LIGHTWAVES_N_CLASSES probabilities of as many scores. It has floating point, and
 * takes expf of the C library.
 */
void lightwaves_probabilities(const int32_t *scores, float *probabilities);
#endif

/* Forgets the samples of a stream, and how many of them were clamped. */
void lightwaves_reset(void);

/* Takes the next sample of a stream, one value of each channel. Once the window is
 * full, it predicts from the last LIGHTWAVES_N_TIMEPOINTS samples at once and after
 * every LIGHTWAVES_HOP samples more, as lightwaves_predict would; in between it returns
 * LIGHTWAVES_NO_DECISION and leaves the scores alone.
 */
int lightwaves_push(const int16_t *sample, int32_t *scores);

/* How many values of channels in use were clamped by the last call of a function above,
 * and how many of the stream.
 */
uint32_t lightwaves_n_clamped(void);
uint32_t lightwaves_n_clamped_of_stream(void);

#if defined(LIGHTWAVES_FLOAT_INPUT) && !defined(LIGHTWAVES_COUNTS)
/* Makes integers of rows of n_timepoints values each, in the units of the training
 * series; with 1 of a sample. Returns how many are out of range or NaN, which counts as
 * the mean. It has floating point, and is there where LIGHTWAVES_FLOAT_INPUT is defined.
 */
uint32_t lightwaves_quantise(const float *values, int n_timepoints, int16_t *out);
#endif

#ifdef __cplusplus
}
#endif

#endif
