#include "common/conformance.h"

#include <stdio.h>
#include <string.h>

struct name {
    char text[5];
};

static coil_async struct coil_result node(void *arg)
{
    struct name *name = arg, left_name, right_name;
    struct coil_future *left, *right;

    say("%s begins", name->text);
    if (strlen(name->text) < 4) {
        snprintf(left_name.text, sizeof(left_name.text), "%.3sl", name->text);
        snprintf(right_name.text, sizeof(right_name.text), "%.3sr", name->text);
        left = coil_create_task(node, &left_name);
        right = coil_create_task(node, &right_name);
        coil_join(left);
        say("%s has left", name->text);
        coil_join(right);
    }
    say("%s ends", name->text);
    return coil_value(NULL);
}

static coil_async struct coil_result program(void *arg)
{
    (void)arg;
    return node(&(struct name){"t"});
}

int main(void)
{
    return run(program);
}
