/* Programs as JSON, for people and for check_model.py. */
#include "program.h"

static void print_action(const struct action *action, FILE *file)
{
    fprintf(file, "[\"%s\",%d,%d,%d,%d,[", kind_infos[action->kind].name, action->policy,
            action->body, action->a, action->b);
    for (int i = 0; i < action->n; i++)
        fprintf(file, "%s%d", i > 0 ? "," : "", action->list[i]);
    fprintf(file, "]]");
}

static void print_script(const struct script *script, FILE *file)
{
    fputc('[', file);
    for (int i = 0; i < script->count; i++) {
        if (i > 0)
            fputc(',', file);
        print_action(&script->actions[i], file);
    }
    fputc(']', file);
}

void program_print(const struct program *program, FILE *file)
{
    fprintf(file, "{\"unit\":%lld,\"tasks\":[", (long long)program->unit_ns);
    for (int i = 0; i < program->tasks; i++) {
        const struct program_task *task = &program->task[i];

        fprintf(file, "%s{\"kind\":%d,\"eager\":%d,\"script\":", i > 0 ? "," : "", task->kind,
                task->eager);
        print_script(&task->script, file);
        fputc('}', file);
    }
    fprintf(file, "],\"calls\":[");
    for (int i = 0; i < CALLS; i++) {
        fputs(i > 0 ? "," : "", file);
        print_script(&program->call[i], file);
    }
    fprintf(file, "],\"dones\":[");
    for (int i = 0; i < DONES; i++) {
        fputs(i > 0 ? "," : "", file);
        print_script(&program->done[i], file);
    }
    fprintf(file, "]}");
}
