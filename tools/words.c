#include "words.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "lex.h"
#include "text.h"

static struct word *find(const struct words *words, const char *name, size_t length)
{
    for (size_t i = 0; i < words->count; i++) {
        if (strlen(words->at[i].name) == length && memcmp(words->at[i].name, name, length) == 0)
            return &words->at[i];
    }
    return NULL;
}

void words_add(struct words *words, const char *name, bool is_async)
{
    struct word *word = find(words, name, strlen(name));

    if (!word) {
        words->at = memory_resize(words->at, words->count + 1, sizeof(*words->at));
        word = &words->at[words->count++];
        *word = (struct word){.name = string_copy(name, strlen(name))};
    }
    word->is_async = is_async;
}

bool words_async(const struct words *words, const char *name, size_t length)
{
    const struct word *word = find(words, name, length);

    return word && word->is_async;
}

bool words_loops(const struct words *words, const char *name, size_t length)
{
    const struct word *word = find(words, name, length);

    return word && word->is_loops;
}

static bool worth_knowing(struct token word)
{
    return word.length > 5 && word.start[word.length - 1] != '_' &&
           (strncmp(word.start, "coil_", 5) == 0 || strncmp(word.start, "COIL_", 5) == 0);
}

/* Stands in the text of a header for a comment that allows any thread. */
static const char any_thread[] = " coil__any_thread ";

/* Functions that take or run a loop: they check by themselves whether this thread may. */
static bool manages_loop(struct token word)
{
    return strncmp(word.start, "coil_loop_", 10) == 0 || strncmp(word.start, "coil_run", 8) == 0;
}

struct reader {
    struct words *words;
    bool marked;     /* coil_async was seen in this declaration */
    bool any_thread; /* its comment allows any thread */
    bool exported;   /* it is a function of the library's */
};

static void read_tokens(struct reader *reader, const char *source);

static void read_macro(struct reader *reader, struct token directive)
{
    struct reader inner = {.words = reader->words};
    char *text = string_copy(directive.start + 1, directive.length - 1);

    read_tokens(&inner, text);
    free(text);
}

static void read_word(struct reader *reader, struct token token, bool call)
{
    struct word *known = find(reader->words, token.start, token.length);
    bool declared = call && reader->exported;
    char *name = string_copy(token.start, token.length);

    if (!known || (declared && !known->is_async && !known->is_loops)) {
        words_add(reader->words, name, declared && reader->marked);
        known = find(reader->words, token.start, token.length);
        known->is_loops =
            declared && !reader->marked && !reader->any_thread && !manages_loop(token);
    }
    free(name);
}

/* Declarations end in semicolons and braces; what comes before the first call-like word belongs to
 * it. */
static void read_tokens(struct reader *reader, const char *source)
{
    struct lexer lexer = {source, source};
    struct token token;
    bool named = false;

    while ((token = lex_next(&lexer)).kind != TOKEN_END) {
        bool call = token_is(lex_peek(&lexer), "(");

        if (token.kind == TOKEN_DIRECTIVE) {
            read_macro(reader, token);
        } else if (token_is(token, ";") || token_is(token, "{") || token_is(token, "}")) {
            reader->marked = reader->any_thread = reader->exported = named = false;
        } else if (token_is(token, "coil_async")) {
            reader->marked = true;
        } else if (token_is(token, "COIL_EXPORT")) {
            reader->exported = true;
        } else if (token_is(token, "coil__any_thread")) {
            reader->any_thread = true;
        } else if (token.kind == TOKEN_WORD && worth_knowing(token)) {
            read_word(reader, token, call && !named);
            named = named || call;
        }
    }
}

/* Copies a header; each comment that allows any thread leaves a word behind. */
static void note_comments(const char *source, struct text *out)
{
    const char *from;

    while ((from = strstr(source, "/**"))) {
        const char *to = strstr(from, "*/");
        const char *any = strstr(from, "Thread: any");

        if (!to)
            break;
        text_add(out, source, (size_t)(from - source));
        if (any && any < to)
            text_puts(out, any_thread);
        source = to + 2;
    }
    text_puts(out, source);
}

static void read_header(struct words *words, const char *path)
{
    struct reader reader = {.words = words};
    struct text source = {0};
    struct text noted = {0};
    struct text clean = {0};

    if (text_read_file(&source, path) == 0) {
        note_comments(text_string(&source), &noted);
        lex_without_comments(text_string(&noted), &clean);
        read_tokens(&reader, text_string(&clean));
    }
    text_free(&source);
    text_free(&noted);
    text_free(&clean);
}

void words_read_headers(struct words *words, const char *include_dir)
{
    struct text path = {0};
    struct dirent *entry;
    DIR *dir;

    text_printf(&path, "%s/coil", include_dir);
    dir = opendir(text_string(&path));
    while (dir && (entry = readdir(dir))) {
        if (!strstr(entry->d_name, ".h"))
            continue;
        text_clear(&path);
        text_printf(&path, "%s/coil/%s", include_dir, entry->d_name);
        read_header(words, text_string(&path));
    }
    if (dir)
        closedir(dir);
    text_free(&path);
}

void words_free(struct words *words)
{
    for (size_t i = 0; i < words->count; i++)
        free(words->at[i].name);
    free(words->at);
    *words = (struct words){0};
}
