/* Runs a model on an emulated Cortex-M (boards mps2 and microbit), and writes what it
 * answers, and how many instructions that takes, to the host.
 */
#include <stdint.h>

#include "cases.h"
#include <predict.h> /* that of a folder, or the one here */

/* The emulator is told to count a nanosecond for each instruction, and how often the
 * timer of the core ticks in that time depends on the board.
 */
enum { LARGEST_TICK = 0xFFFFFF };

#define TIMER_CONTROL (*(volatile uint32_t *)0xE000E010u)
#define TIMER_RELOAD (*(volatile uint32_t *)0xE000E014u)
#define TIMER_VALUE (*(volatile uint32_t *)0xE000E018u)
#define COPROCESSORS (*(volatile uint32_t *)0xE000ED88u)

enum { WRITE_TEXT = 0x04, EXIT = 0x18, ENDED_WELL = 0x20026 };

static int host(int operation, const void *argument)
{
    register int r0 __asm__("r0") = operation;
    register const void *r1 __asm__("r1") = argument;
    __asm__ volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

static void write_number(uint32_t number, char behind)
{
    char text[12];
    int at = 11;
    text[at--] = '\0';
    text[at--] = behind;
    do
        text[at--] = (char)('0' + number % 10);
    while (number /= 10);
    host(WRITE_TEXT, text + at + 1);
}

static void run(void)
{
    TIMER_RELOAD = LARGEST_TICK;
    TIMER_CONTROL = 5; /* on, by the clock of the core */
    for (int i = 0; i < N_CASES; i++) {
        TIMER_VALUE = 0;
        const uint32_t start = TIMER_VALUE;
        const int best = predict(cases[i]);
        const uint32_t ticks = (start - TIMER_VALUE) & LARGEST_TICK;
        write_number((uint32_t)best, ' ');
        write_number(ticks * INSTRUCTIONS_OF_TWO_TICKS / 2, '\n');
    }
    host(EXIT, (const void *)ENDED_WELL);
}

extern uint32_t stack_top, data_from, data_start, data_end, zero_start, zero_end;

static void reset(void)
{
    uint32_t *from = &data_from;
    for (uint32_t *to = &data_start; to < &data_end;)
        *to++ = *from++;
    for (uint32_t *to = &zero_start; to < &zero_end;)
        *to++ = 0;
#ifdef __ARM_FP
    COPROCESSORS |= 0xFu << 20; /* the floating-point unit */
#endif
    __asm__ volatile("dsb\n\tisb");
    run();
    for (;;) {
    }
}

__attribute__((section(".vectors"), used)) static const void *const vectors[16] = {
    &stack_top,
    (const void *)reset,
};
