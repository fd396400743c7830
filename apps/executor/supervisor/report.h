/* What the supervisor tells about the end of a step; see libs/executor-protocol/src/report.ts. */
#ifndef REPORT_H
#define REPORT_H
#include <stdbool.h>

#include "buffer.h"
#include "progress.h"

struct report {
  struct buffer parameters; /* JSON members, such as "a":"1","b":"2" */
  struct buffer result;     /* captured standard output, raw */
  bool has_result;
  struct buffer error; /* raw text; empty when there is none */
  char progress[PROGRESS_TEXT]; /* empty when the command said nothing of it */
};

/* Adds an output parameter; the value is raw. */
int report_parameter(struct report *report, const char *name, const char *value, size_t length);

/* Writes the report to the termination log at path. What does not fit there goes, as frames, to standard output.
   Returns 0, or -1 with errno. */
int report_write(const struct report *report, const char *path);
void report_free(struct report *report);
#endif
