/* Counts the words in a tree of files, on threads and on processes: `word_count [FOLDER]`. */
#include <coil/coil.h>
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { MOST_FILES = 10000 };

struct path {
    char text[256];
};

static struct path files[MOST_FILES];
static size_t count;

static struct coil_result count_words(void *path)
{
    FILE *file = fopen(((struct path *)path)->text, "r");
    int64_t words = 0;
    int c, before = ' ';

    if (file == NULL)
        return coil_raise(errno, "cannot read %s", ((struct path *)path)->text);
    for (; (c = getc(file)) != EOF; before = c)
        words += isspace(before) && !isspace(c);
    fclose(file);
    return coil_number(words);
}

static void find_files(const char *folder)
{
    DIR *list = opendir(folder);
    struct path path;
    struct dirent *entry;
    struct stat about;

    while (list != NULL && (entry = readdir(list)) != NULL && count < MOST_FILES) {
        if (entry->d_name[0] == '.' ||
            snprintf(path.text, sizeof(path), "%s/%s", folder, entry->d_name) >=
                (int)sizeof(path) ||
            lstat(path.text, &about) != 0)
            continue;
        if (S_ISDIR(about.st_mode))
            find_files(path.text);
        else if (S_ISREG(about.st_mode))
            files[count++] = path;
    }
    if (list != NULL)
        closedir(list);
}

static void count_all(struct coil_executor *pool, const char *what)
{
    static struct coil_result results[MOST_FILES];
    struct coil_map_options options = {.chunk = 16, .progress = true, .title = what};
    int64_t failed, words = 0;

    /* not in a task */
    failed = coil_executor_map_with(pool, count_words, files, count, results, &options);
    for (size_t i = 0; i < count; i++)
        words += results[i].status > 0 ? results[i].status : 0;
    printf("%s: %lld words in %zu files, %lld failed\n", what, (long long)words, count,
           (long long)failed);
    coil_executor_close(pool); /* not in a task */
}

int main(int argc, char **argv)
{
    struct coil_executor *processes = coil_process_pool_open(NULL); /* before there are threads */

    find_files(argc > 1 ? argv[1] : "/usr/include/linux");
    count_all(processes, "processes");
    count_all(coil_thread_pool_open(NULL), "threads");
}
