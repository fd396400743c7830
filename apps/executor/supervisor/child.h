/* Runs the step's command and looks after it until it has ended. */
#ifndef CHILD_H
#define CHILD_H
#include <signal.h>
#include <stdbool.h>

#include "capture.h"
#include "options.h"
#include "progress.h"

struct outcome {
  int exit_code;      /* the command's own; 128 + n for signal n */
  int start_error;    /* errno when the command could not be started, else 0 */
  bool past_deadline; /* we ended it */
  bool stopped;       /* somebody asked us to end it */
};

/* Returns 0, or -1 with errno when the supervisor itself failed. mask: the signals that are blocked in the command. From here
   on they are all blocked in the supervisor. capture may be NULL. */
int child_run(const struct options *options, const sigset_t *mask, struct capture *capture, struct progress *progress,
              struct outcome *outcome);
#endif
