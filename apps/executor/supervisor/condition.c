#include "condition.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *after_space(const char *at) { return at + strspn(at, " \t\n"); }

/* A word of a key or value: whatever is not punctuation of the language. */
static char *take_word(const char **at) {
  *at = after_space(*at);
  size_t length = strcspn(*at, " \t\n()!=<>,");
  char *word = strndup(*at, length);
  *at = after_space(*at + length);
  return word;
}

static bool take(const char **at, const char *token) {
  if (strncmp(*at, token, strlen(token)) != 0) return false;
  *at = after_space(*at + strlen(token));
  return true;
}

static int add_value(struct requirement *requirement, size_t *count, char *value) {
  char **values = realloc(requirement->values, (*count + 2) * sizeof *values);
  if (!values || !value) {
    free(value);
    return -1;
  }
  requirement->values = values;
  values[(*count)++] = value;
  values[*count] = NULL;
  return 0;
}

/* A list in parentheses. */
static int take_values(const char **at, struct requirement *requirement) {
  size_t count = 0;
  if (!take(at, "(")) return -1;
  do {
    if (add_value(requirement, &count, take_word(at)) < 0) return -1;
  } while (take(at, ","));
  return take(at, ")") ? 0 : -1;
}

static bool is_number(const char *text, long long *number) {
  char *end;
  errno = 0;
  *number = strtoll(text, &end, 10);
  return *text && !*end && errno == 0;
}

static int take_value(const char **at, struct requirement *requirement) {
  size_t count = 0;
  long long number;
  bool compares = requirement->op == OP_GREATER || requirement->op == OP_LESS;
  if (add_value(requirement, &count, take_word(at)) < 0) return -1;
  return compares && !is_number(requirement->values[0], &number) ? -1 : 0;
}

static int take_comparison(const char **at, struct requirement *requirement) {
  static const struct {
    const char *token;
    enum operator op;
    bool is_list;
  } operators[] = {{"==", OP_IN, false}, {"=", OP_IN, false}, {"!=", OP_NOT_IN, false}, {">", OP_GREATER, false},
                   {"<", OP_LESS, false}, {"in", OP_IN, true}, {"notin", OP_NOT_IN, true}};
  if (**at == '\0' || **at == ',') {
    requirement->op = OP_EXISTS;
    return 0;
  }
  for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
    if (!take(at, operators[i].token)) continue;
    requirement->op = operators[i].op;
    return operators[i].is_list ? take_values(at, requirement) : take_value(at, requirement);
  }
  return -1;
}

static int take_requirement(const char **at, struct requirement *requirement) {
  const char *from = *at;
  bool is_absent = take(at, "!");
  requirement->key = take_word(at);
  if (!requirement->key || !*requirement->key) return -1;
  if (is_absent) requirement->op = OP_ABSENT;
  else if (take_comparison(at, requirement) < 0) return -1;
  const char *to = *at;
  while (to > from && strchr(" \t\n", to[-1])) to--;
  requirement->text = strndup(from, (size_t)(to - from));
  return requirement->text ? 0 : -1;
}

int condition_parse(struct condition *condition, const char *text) {
  *condition = (struct condition){0};
  const char *at = after_space(text);
  if (!*at) return 0;
  do {
    struct requirement *grown = realloc(condition->requirements, (condition->count + 1) * sizeof *grown);
    if (!grown) return -1;
    condition->requirements = grown;
    grown[condition->count] = (struct requirement){0};
    if (take_requirement(&at, &grown[condition->count++]) < 0) return -1;
  } while (take(&at, ","));
  return *at ? -1 : 0;
}

static bool has_value(const struct requirement *requirement, const char *text) {
  for (char **value = requirement->values; value && *value; value++) {
    if (strcmp(*value, text) == 0) return true;
  }
  return false;
}

/* What is not there is greater and less than nothing, and not in any list. */
bool requirement_holds(const struct requirement *requirement, struct json object) {
  struct json value;
  bool exists = json_find(object, requirement->key, &value);
  if (requirement->op == OP_EXISTS || requirement->op == OP_ABSENT) return exists == (requirement->op == OP_EXISTS);
  if (!exists) return requirement->op == OP_NOT_IN;
  struct buffer text = {0};
  bool holds = false;
  long long actual, wanted;
  if (json_text(value, &text) == 0 && buffer_append(&text, "", 1) == 0) {
    if (requirement->op == OP_IN || requirement->op == OP_NOT_IN) holds = has_value(requirement, text.data) == (requirement->op == OP_IN);
    else if (is_number(text.data, &actual) && is_number(requirement->values[0], &wanted))
      holds = requirement->op == OP_GREATER ? actual > wanted : actual < wanted;
  }
  buffer_free(&text);
  return holds;
}

void condition_free(struct condition *condition) {
  for (size_t i = 0; i < condition->count; i++) {
    struct requirement *requirement = &condition->requirements[i];
    for (char **value = requirement->values; value && *value; value++) free(*value);
    free(requirement->values);
    free(requirement->key);
    free(requirement->text);
  }
  free(condition->requirements);
}
