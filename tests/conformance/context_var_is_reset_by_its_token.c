#include "common/conformance.h"

static struct coil_var user = COIL_VAR("user", "nobody");

static const char *get(void)
{
    return coil_var_get(&user);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_token first, second;

    (void)arg;
    coil_var_set_owned(&user, word("first"), NULL, &first);
    coil_var_set_owned(&user, word("second"), NULL, &second);
    say("set twice: %s", get());
    coil_var_reset(&second);
    say("reset: %s", get());
    coil_var_reset(&first);
    say("reset again: %s", get());
    say("a used token: %s", told_status(coil_var_reset(&first)));
    say("still: %s", get());
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
