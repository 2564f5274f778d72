/* Runs a model on a simulated ATmega2560, and writes what it answers, and how many cycles
 * that takes, to the serial port.
 */
#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/pgmspace.h>
#include <avr/sleep.h>
#include <stdint.h>
#include <stdio.h>

#define IN_FLASH PROGMEM /* what is constant is in memory, too, but for this */
#include "cases.h"
#include <predict.h> /* that of a folder, or the one here */

enum { CYCLES_A_TICK = 1024 };

static int put(char letter, FILE *stream)
{
    (void)stream;
    loop_until_bit_is_set(UCSR0A, UDRE0);
    UDR0 = (uint8_t)letter;
    return 0;
}

int main(void)
{
    static FILE port = FDEV_SETUP_STREAM(put, NULL, _FDEV_SETUP_WRITE);
    static int16_t values[sizeof cases[0] / sizeof cases[0][0]];
    UCSR0B = 1 << TXEN0;
    TCCR1B = 1 << CS12 | 1 << CS10; /* the timer counts every 1024th cycle */
    for (int i = 0; i < N_CASES; i++) {
        memcpy_P(values, cases[i], sizeof values);
        TCNT1 = 0;
        const int best = predict(values);
        const uint32_t ticks = TCNT1;
        fprintf(&port, "%d %lu\n", best, (unsigned long)(ticks * CYCLES_A_TICK));
    }
    loop_until_bit_is_set(UCSR0A, UDRE0);
    cli(); /* to sleep without interrupts ends the simulation */
    sleep_enable();
    sleep_cpu();
    return 0;
}
