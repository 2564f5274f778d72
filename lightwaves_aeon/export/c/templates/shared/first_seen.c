/* Index of what a tap, counted from the centre, sees at time point 0. */
static int first_seen(int tap, int dilation)
{
    int32_t shift = (int32_t)tap * dilation;
    if (shift < -MARGIN)
        shift = -MARGIN;
    if (shift > MARGIN)
        shift = MARGIN;
    return MARGIN + (int)shift;
}
