/* Runs a model on an emulated RV32IMC processor (board virt), and writes what it answers,
 * and how many instructions that takes, to the host.
 */
#include <stdint.h>
#include <stdio.h>

#include "cases.h"
#include <predict.h> /* that of a folder, or the one here */

static uint32_t instructions(void)
{
    uint32_t count;
    __asm__ volatile(".option arch, +zicsr\n\tcsrr %0, minstret" : "=r"(count) : : "memory");
    return count;
}

int main(void)
{
    for (int i = 0; i < N_CASES; i++) {
        const uint32_t start = instructions();
        const int best = predict(cases[i]);
        const uint32_t count = instructions() - start;
        printf("%d %lu\n", best, (unsigned long)count);
    }
    return 0;
}
