/* What a board runs: a model of lightwaves-aeon, in floats or in integers. */
#include "lightwaves_model.h"

#ifdef LIGHTWAVES_BITS
static int predict(const int16_t *values)
{
    int32_t scores[LIGHTWAVES_N_CLASSES];
    return lightwaves_predict(values, scores);
}
#else
static int predict(const float *values)
{
    float scores[LIGHTWAVES_N_CLASSES];
    return lightwaves_predict(values, scores);
}
#endif
