/*
 * Seed 003, "Coroutine an extension of Generator": next() brings the first value, send() gives one
 * to the body and brings the next. Values go both ways as plain pointers; nothing is boxed.
 */
#include <coil/coil.h>
#include <stdio.h>

static char hi[] = "Hi";
static char you[] = "You";

static coil_async struct coil_result coro(struct coil_generator *self, void *arg)
{
    struct coil_result sent = coil_generate(self, arg);

    coil_generate(self, sent.value);
    return coil_value(NULL);
}

int main(void)
{
    struct coil_generator *coro_obj = coil_generator_open(coro, hi, 0);

    printf("%s\n", (char *)coil_generator_next(coro_obj).value);
    printf("%s\n", (char *)coil_generator_send(coro_obj, you).value);
    coil_generator_close(coro_obj);
    return 0;
}
