/* Conditions on an object, written as label selectors whose keys are paths: status.succeeded > 0, status.phase in (A, B). */
#ifndef CONDITION_H
#define CONDITION_H
#include <stdbool.h>

#include "json.h"

enum operator { OP_EXISTS, OP_ABSENT, OP_IN, OP_NOT_IN, OP_GREATER, OP_LESS };

struct requirement {
  enum operator op;
  char *key;
  char **values; /* ends with NULL */
  char *text;    /* as it was written, without spaces around */
};

struct condition {
  struct requirement *requirements;
  size_t count;
};

/* Takes a text apart; keeps pointers to copies of it. Returns 0, or -1 when it is no condition. */
int condition_parse(struct condition *condition, const char *text);
bool requirement_holds(const struct requirement *requirement, struct json object);
void condition_free(struct condition *condition);
#endif
