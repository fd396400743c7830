#include "json.h"

#include <stdlib.h>
#include <string.h>

#define MAX_DEPTH 256

/* A place in a document. Every function moves it on; one that cannot sets it to the end. */
struct place {
  const char *at;
  const char *end;
};

static void skip_space(struct place *place) {
  while (place->at < place->end && strchr(" \t\r\n", *place->at)) place->at++;
}

static bool take(struct place *place, char expected) {
  skip_space(place);
  if (place->at >= place->end || *place->at != expected) return false;
  place->at++;
  return true;
}

/* Returns what stands between the quotes, escapes and all. */
static struct json take_string(struct place *place) {
  const char *from = ++place->at;
  while (place->at < place->end && *place->at != '"') place->at += *place->at == '\\' ? 2 : 1;
  if (place->at > place->end) place->at = place->end;
  struct json text = {from, (size_t)(place->at - from)};
  if (place->at < place->end) place->at++;
  return text;
}

static void skip_value(struct place *place) {
  int depth = 0;
  do {
    skip_space(place);
    if (place->at >= place->end) return;
    char c = *place->at;
    if (c == '"') {
      take_string(place);
    } else if (c == '{' || c == '[') {
      if (++depth > MAX_DEPTH) place->at = place->end;
      else place->at++;
    } else if (c == '}' || c == ']') {
      depth--;
      place->at++;
    } else if (c == ',' || c == ':') {
      place->at++;
    } else {
      while (place->at < place->end && !strchr(",:]} \t\r\n", *place->at)) place->at++;
    }
  } while (depth > 0 && place->at < place->end);
}

/* Goes to the member of the object or list at the place. */
static bool enter(struct place *place, const char *name, size_t length) {
  bool is_object = take(place, '{');
  if (!is_object && !take(place, '[')) return false;
  char *end;
  long index = is_object ? -1 : strtol(name, &end, 10);
  if (!is_object && (index < 0 || end != name + length || length == 0)) return false;
  for (long i = 0;; i++) {
    skip_space(place);
    if (place->at >= place->end || *place->at == '}' || *place->at == ']') return false;
    bool is_it = i == index;
    if (is_object) {
      if (*place->at != '"') return false;
      struct json key = take_string(place);
      is_it = key.length == length && memcmp(key.at, name, length) == 0;
      if (!take(place, ':')) return false;
      skip_space(place);
    }
    if (is_it) return true;
    skip_value(place);
    take(place, ',');
  }
}

bool json_find(struct json document, const char *path, struct json *value) {
  struct place place = {document.at, document.at + document.length};
  for (const char *name = path;;) {
    size_t length = strcspn(name, ".");
    if (!enter(&place, name, length)) return false;
    if (!name[length]) break;
    name += length + 1;
  }
  const char *from = place.at;
  skip_value(&place);
  *value = (struct json){from, (size_t)(place.at - from)};
  return value->length > 0;
}

static int append_code_point(struct buffer *into, unsigned long code) {
  char bytes[4];
  size_t length = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  static const unsigned char marks[] = {0, 0, 0xc0, 0xe0, 0xf0};
  for (size_t i = length; i-- > 1; code >>= 6) bytes[i] = (char)(0x80 | (code & 0x3f));
  bytes[0] = (char)(marks[length] | code);
  return buffer_append(into, bytes, length);
}

/* The escape behind the backslash. Moves on behind it. */
static int append_escape(const char **at, const char *end, struct buffer *into) {
  static const char names[] = "nrtbf", meanings[] = "\n\r\t\b\f";
  char c = *(*at)++;
  const char *known = strchr(names, c);
  if (known) return buffer_append(into, &meanings[known - names], 1);
  if (c != 'u' || end - *at < 4) return buffer_append(into, &c, 1);
  char digits[5] = {0};
  memcpy(digits, *at, 4);
  *at += 4;
  unsigned long code = strtoul(digits, NULL, 16);
  if (code >= 0xd800 && code < 0xdc00 && end - *at >= 6 && (*at)[0] == '\\' && (*at)[1] == 'u') {
    memcpy(digits, *at + 2, 4);
    code = 0x10000 + ((code - 0xd800) << 10) + (strtoul(digits, NULL, 16) - 0xdc00);
    *at += 6;
  }
  return append_code_point(into, code);
}

int json_text(struct json value, struct buffer *into) {
  if (value.length == 4 && memcmp(value.at, "null", 4) == 0) return 0;
  if (value.length < 2 || *value.at != '"') return buffer_append(into, value.at, value.length);
  const char *end = value.at + value.length - 1;
  for (const char *at = value.at + 1; at < end;) {
    if (*at == '\\' && at + 1 < end) {
      at++;
      if (append_escape(&at, end, into) < 0) return -1;
    } else if (buffer_append(into, at++, 1) < 0) {
      return -1;
    }
  }
  return 0;
}
