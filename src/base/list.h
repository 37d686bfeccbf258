/*
 * Intrusive doubly linked lists. A list is a coil_link that is its own neighbour when empty; an
 * element in no list has next == NULL, so zeroed memory is "in no list" and removing needs no list.
 */
#ifndef COIL_BASE_LIST_H
#define COIL_BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <coil/loop.h>

#define container_of(pointer, type, member) ((type *)((uintptr_t)(pointer)-offsetof(type, member)))

static inline void list_init(struct coil_link *list)
{
    list->next = list;
    list->prev = list;
}

static inline bool list_empty(const struct coil_link *list)
{
    return list->next == list;
}

static inline bool link_in_list(const struct coil_link *link)
{
    return link->next != NULL;
}

static inline void list_append(struct coil_link *list, struct coil_link *link)
{
    link->next = list;
    link->prev = list->prev;
    list->prev->next = link;
    list->prev = link;
}

static inline void list_prepend(struct coil_link *list, struct coil_link *link)
{
    list_append(list->next, link);
}

static inline void list_remove(struct coil_link *link)
{
    link->prev->next = link->next;
    link->next->prev = link->prev;
    link->next = NULL;
}

/* Where it may be in none. */
static inline void list_leave(struct coil_link *link)
{
    if (link_in_list(link))
        list_remove(link);
}

static inline struct coil_link *list_pop(struct coil_link *list)
{
    struct coil_link *first = list->next;

    if (first == list)
        return NULL;
    list_remove(first);
    return first;
}

/* Moves all of `from` behind the last of `to`. */
static inline void list_splice(struct coil_link *to, struct coil_link *from)
{
    if (list_empty(from))
        return;
    from->next->prev = to->prev;
    to->prev->next = from->next;
    from->prev->next = to;
    to->prev = from->prev;
    list_init(from);
}

#define list_each(at, list) for ((at) = (list)->next; (at) != (list); (at) = (at)->next)

#endif
