#include "common/conformance.h"

static struct coil_var user = COIL_VAR("user", "nobody");

static coil_async struct coil_result program(void *arg)
{
    struct coil_token token;
    int err;

    (void)arg;
    coil_var_set(&user, word("main"));
    coil_var_set_owned(&user, word("guest"), NULL, &token);
    coil_var_set(&user, word("guest, renamed"));
    coil_var_set(&user, word("guest, renamed again"));
    err = coil_var_reset(&token);
    if (err)
        say("reset: %s", told_status(err));
    say("after reset: %s", (const char *)coil_var_get(&user));
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
