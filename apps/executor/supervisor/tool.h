/* Runs a program to its end and keeps what it printed. */
#ifndef TOOL_H
#define TOOL_H
#include "buffer.h"

/* Standard error is passed on as well as kept. input: NULL for none. Returns the exit code, or -1 with errno when it could
   not be started. */
int tool_run(char *const *command, const struct buffer *input, struct buffer *out, struct buffer *err);
#endif
