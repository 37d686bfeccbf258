#include "common/conformance.h"

static struct coil_var user = COIL_VAR("user", "nobody");

static coil_async struct coil_result program(void *arg)
{
    static const char *const names[] = {"a", "b", "c"};
    static const int order[] = {0, 2, 1};
    struct coil_token tokens[3];

    (void)arg;
    for (int i = 0; i < 3; i++)
        coil_var_set_owned(&user, word(names[i]), NULL, &tokens[i]);
    for (int i = 0; i < 3; i++) {
        int err = coil_var_reset(&tokens[order[i]]);

        if (err)
            say("reset: %s", told_status(err));
        say("token %d: %s", order[i], (const char *)coil_var_get(&user));
    }
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
