#ifdef LIGHTWAVES_N_CLASSES
/* The class with the highest score, the first of equals. */
static int best_class(SCORE_T *scores)
{
    int best = 0;
#if N_SCORES == 1
    /* The one score is that of the second class. */
    scores[1] = scores[0];
    scores[0] = -scores[1];
#endif
    for (int k = 1; k < N_CLASSES; k++)
        if (scores[k] > scores[best])
            best = k;
    return best;
}

#endif
