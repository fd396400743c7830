/* How the containers of a set take turns: each waits for others to end well, and leaves its exit code for those that wait
   for it. */
#ifndef TURNS_H
#define TURNS_H
#include <signal.h>

#include "options.h"

enum turn { TURN_MINE, TURN_FAILED, TURN_SIGNALLED, TURN_PAST_DEADLINE };

struct waiting {
  enum turn turn;
  const char *dependency; /* TURN_FAILED: the one that did not end well */
  int code;               /* TURN_FAILED: its exit code; TURN_SIGNALLED: the signal */
};

/* SIGTERM and SIGINT wait from here on until somebody takes them: the first process of a container would not hear them.
   before: what was blocked until now. */
void hold_signals(sigset_t *before);

/* Waits until every dependency has ended. */
struct waiting await_dependencies(const struct options *options);

/* Waits so long, unless a signal or the deadline comes first. */
struct waiting await_next_attempt(const struct options *options);

/* When the variable is "true": waits until somebody makes the file of this name in the container's directory. */
struct waiting await_release(const struct options *options, const char *variable, const char *marker);

/* Makes the directories on the way, for everybody: containers run as different users. Returns 0, or -1 with errno. */
int leave_exit_code(const char *path, int code);
#endif
