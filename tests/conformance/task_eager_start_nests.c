#include "common/conformance.h"

#include <stdio.h>
#include <string.h>

struct name {
    char text[4];
};

static struct coil_future *eager(coil_coroutine_fn *fn, void *arg)
{
    return coil_create_task_with(fn, arg, &(struct coil_task_options){.eager = true});
}

static coil_async struct coil_result node(void *arg)
{
    struct name *name = arg, left_name, right_name;
    struct coil_future *left, *right;

    say("%s begins", name->text);
    if (strlen(name->text) < 3) {
        snprintf(left_name.text, sizeof(left_name.text), "%.2sl", name->text);
        snprintf(right_name.text, sizeof(right_name.text), "%.2sr", name->text);
        left = eager(node, &left_name);
        right = eager(node, &right_name);
        say("%s has made both", name->text);
        coil_join(left);
        coil_join(right);
    } else {
        coil_yield();
    }
    say("%s ends", name->text);
    return coil_value(NULL);
}

static coil_async struct coil_result program(void *arg)
{
    struct name root = {"t"};
    struct coil_future *task = eager(node, &root);

    (void)arg;
    say("main has its task");
    coil_join(task);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
