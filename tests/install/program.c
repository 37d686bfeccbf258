#include <coil/coil.h>
#include <stdio.h>

static coil_async struct coil_result greet(void *whom)
{
    int err = coil_sleep(COIL_MS(1));

    printf("hello, %s\n", (const char *)whom);
    return err ? coil_error(err) : coil_number(7);
}

int main(void)
{
    return coil_run(greet, (void *)"world").status == 7 ? 0 : 1;
}
