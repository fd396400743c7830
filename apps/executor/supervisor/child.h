/* Runs the step's command and looks after it until it has ended. */
#ifndef CHILD_H
#define CHILD_H
#include <stdbool.h>

#include "capture.h"
#include "options.h"

struct outcome {
  int exit_code;      /* the command's own; 128 + n for signal n */
  int start_error;    /* errno when the command could not be started, else 0 */
  bool past_deadline; /* we ended it */
};

/* Returns 0, or -1 with errno when the supervisor itself failed. capture may be NULL. */
int child_run(const struct options *options, struct capture *capture, struct outcome *outcome);
#endif
