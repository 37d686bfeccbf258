#include "common/conformance.h"

static struct coil_var user = COIL_VAR("user", "nobody");

static const char *get(void)
{
    return coil_var_get(&user);
}

static void reset(const char *who, struct coil_token *token)
{
    int err = coil_var_reset(token);

    say("%s resets: %s, has %s", who, told_status(err), get());
}

static coil_async struct coil_result child(void *token)
{
    reset("child", token);
    coil_var_set(&user, word("child"));
    reset("child", token);
    return coil_value(NULL);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_token token;

    (void)arg;
    coil_var_set_owned(&user, word("main"), NULL, &token);
    coil_join(coil_create_task(child, &token));
    say("main has %s", get());
    reset("main", &token);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
