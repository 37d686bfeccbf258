/*
 * Seed 003, generators: a function that gives values one by one, asked by next(), then walked
 * through by a loop. No loop runs here. A body may await, too: then it is what Python calls an
 * asynchronous generator.
 */
#include <coil/coil.h>
#include <stdio.h>

static coil_async struct coil_result gen(struct coil_generator *self, void *words)
{
    char(*word)[4] = words;

    coil_generate(self, word[0]);
    coil_generate(self, word[1]);
    return coil_value(NULL);
}

int main(void)
{
    char words[2][4] = {"Hi", "You"};
    struct coil_generator *g = coil_generator_open(gen, words, 0);
    struct coil_result r;

    printf("%s\n", (char *)coil_generator_next(g).value);
    printf("%s\n", (char *)coil_generator_next(g).value);
    printf("%s\n", coil_generator_next(g).status == -COIL_EENDED ? "StopIteration" : "more?");
    coil_generator_close(g);

    g = coil_generator_open(gen, words, 0);
    while ((r = coil_generator_next(g)).status >= 0)
        printf("for %s\n", (char *)r.value);
    coil_generator_close(g);
    return 0;
}
