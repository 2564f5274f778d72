#if HAS_LOWEST
static SCORE_T lowest_of(const VALUE_T *x, int n)
{
    VALUE_T low = x[0];
    for (int t = 1; t < n; t++)
        low = x[t] < low ? x[t] : low;
    return low;
}

#endif
#if HAS_HIGHEST
static SCORE_T highest_of(const VALUE_T *x, int n)
{
    VALUE_T high = x[0];
    for (int t = 1; t < n; t++)
        high = x[t] > high ? x[t] : high;
    return high;
}

#endif
