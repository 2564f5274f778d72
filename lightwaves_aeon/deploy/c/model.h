/* A LightWaveS classifier of time series, written by lightwaves-aeon @version@:
 * @n_features@ features of @n_used@ of @n_channels@ channels.
 *
 * It allocates nothing, needs no library, and computes in single precision. What it
 * works with is static, so it must not be entered from two threads at once.
 *
 * Scores rely on single operations and their order. Do not compile it with -ffast-math,
 * and with no contraction of products and sums to fused operations: for gcc and clang the
 * source turns that off itself, other compilers need to be told. The example has a
 * self-test, which finds out.
//if named_channels
 *
 * The channels, by the number of their row:
@channel_names@
//end
 */
#ifndef @name@_MODEL_H
#define @name@_MODEL_H

#ifdef __cplusplus
extern "C" {
#endif

#define @NAME@_N_CHANNELS @n_channels@
#define @NAME@_N_CLASSES @n_classes@

/* Time points of the longest series, and of the window over a stream. */
#define @NAME@_MAX_TIMEPOINTS @n_timepoints@

/* Samples from one decision about a stream to the next. */
#define @NAME@_HOP @hop@

/* Memory in bytes: that of the work on a series; that of a stream, which a linker
 * leaves out of a program without one; and the constant tables.
 */
#define @NAME@_WORK_BYTES @work_bytes@
#define @NAME@_STREAM_BYTES @stream_bytes@
#define @NAME@_TABLE_BYTES @table_bytes@

/* What is returned in place of a class; of the scores nothing can be said then. */
enum {
    @NAME@_NO_DECISION = -1, /* the next one is due some samples later */
    @NAME@_BAD_LENGTH = -2,
    @NAME@_BAD_VALUE = -3 /* NaN, infinite or far out of scale */
};

/* The labels of the classes. */
extern const char *const @name@_classes[@NAME@_N_CLASSES];

/* Classifies a series of @NAME@_N_CHANNELS rows, each of @NAME@_MAX_TIMEPOINTS
 * values in the units of the training series; channels that are not in use are not
 * read. Returns the index of the class, the one with the highest score, and writes
 * @NAME@_N_CLASSES scores. Those of two classes differ in their sign only.
 */
int @name@_predict(const float *series, float *scores);

/* The same for rows of n_timepoints values each, 1 to @NAME@_MAX_TIMEPOINTS. */
int @name@_predict_length(const float *series, int n_timepoints, float *scores);

/* Forgets the samples of a stream. */
void @name@_reset(void);

/* Takes the next sample of a stream, one value of each channel. Once the window is
 * full, the last @NAME@_MAX_TIMEPOINTS samples are classified at once and after
 * every @NAME@_HOP samples more, as @name@_predict would classify them; in
 * between it returns @NAME@_NO_DECISION and leaves the scores alone. A sample with
 * a bad value is not taken.
 */
int @name@_push(const float *sample, float *scores);

#ifdef __cplusplus
}
#endif

#endif
