/* A LightWaveS model of time series, written by lightwaves-aeon.
 *
 * It allocates nothing, needs no library, and computes in single precision. What it
 * works with is static, so it must not be entered from two threads at once.
 *
 * Scores rely on single operations and their order. Do not compile it with -ffast-math,
 * and with no contraction of products and sums to fused operations: for gcc and clang the
 * source turns that off itself, other compilers need to be told. The example has a
 * self-test, which finds out.
 */
#ifndef lightwaves_MODEL_H
#define lightwaves_MODEL_H

#include "lightwaves_model_data.h" /* the numbers of channels, outputs, time points */

#ifdef __cplusplus
extern "C" {
#endif

/* What is returned where nothing is predicted; of the scores nothing can be said then. */
enum {
    LIGHTWAVES_NO_DECISION = -1, /* the next one is due some samples later */
    LIGHTWAVES_BAD_LENGTH = -2,
    LIGHTWAVES_BAD_VALUE = -3 /* infinite, far out of scale, or NaN */
};

#ifdef LIGHTWAVES_N_CLASSES
/* The labels of the classes. */
extern const char *const lightwaves_classes[LIGHTWAVES_N_CLASSES];
#else
/* What a regressor returns. Its scores are the numbers that it predicts. */
enum { LIGHTWAVES_PREDICTED = 0 };
#endif

/* Predicts from a series of LIGHTWAVES_N_CHANNELS rows, each of LIGHTWAVES_MAX_TIMEPOINTS
 * values in the units of the training series; channels that are not in use are not
 * read. NaN is a bad value, unless the data header says that it stands for one that was
 * not observed. A classifier returns the index of the class, the one with the highest
 * score, and writes LIGHTWAVES_N_CLASSES scores; those of two classes differ in their sign
 * only. A regressor returns LIGHTWAVES_PREDICTED and writes LIGHTWAVES_N_OUTPUTS scores.
 */
int lightwaves_predict(const float *series, float *scores);

/* The same for rows of n_timepoints values each, 1 to LIGHTWAVES_MAX_TIMEPOINTS. */
int lightwaves_predict_length(const float *series, int n_timepoints, float *scores);

#ifdef LIGHTWAVES_HAS_PROBABILITIES
/* Makes LIGHTWAVES_N_CLASSES probabilities of as many scores, also in the same array. The
 * scores are those of the last prediction: where values were missing, probabilities hang
 * on what was observed, too. It takes expf of the C library, and logf if values may be
 * missing.
 */
void lightwaves_probabilities(const float *scores, float *probabilities);
#endif

/* Forgets the samples of a stream. */
void lightwaves_reset(void);

/* Takes the next sample of a stream, one value of each channel. Once the window is
 * full, it predicts from the last LIGHTWAVES_MAX_TIMEPOINTS samples at once and after
 * every LIGHTWAVES_HOP samples more, as lightwaves_predict would; in between it returns
 * LIGHTWAVES_NO_DECISION and leaves the scores alone. A sample with a bad value is not
 * taken.
 */
int lightwaves_push(const float *sample, float *scores);

#ifdef __cplusplus
}
#endif

#endif
