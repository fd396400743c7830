/* Looks into JSON as it is, without making a tree of it. What it is given comes from the Kubernetes API and is valid. */
#ifndef JSON_H
#define JSON_H
#include <stdbool.h>
#include <stddef.h>

#include "buffer.h"

struct json {
  const char *at;
  size_t length;
};

/* The value at a path such as status.conditions.0.type. Returns false when there is none. */
bool json_find(struct json document, const char *path, struct json *value);

/* The value as text: a string without its quotes, null as nothing, all else as it stands. Returns 0, or -1. */
int json_text(struct json value, struct buffer *into);
#endif
