/* The command line: supervisor run [options] -- command arguments... */
#ifndef OPTIONS_H
#define OPTIONS_H
#include <stdbool.h>
#include <stddef.h>

struct output_parameter {
  const char *name;
  const char *path;
  const char *fallback; /* NULL: the file must exist */
};

/* Another container of the pod that has to end well first. */
struct dependency {
  const char *name;
  const char *path; /* where it leaves its exit code */
};

struct options {
  bool capture_result;
  struct output_parameter *parameters;
  size_t parameter_count;
  struct dependency *dependencies;
  size_t dependency_count;
  const char *exit_code_path; /* NULL: nobody waits for us */
  int retries;                /* attempts after the first */
  long retry_pause_ms;
  const char *reason_path;    /* NULL: the command has nothing to say but its exit code */
  const char *script_path;  /* NULL: no script */
  const char *report_path;
  const char *deadline; /* RFC 3339, or NULL */
  int grace_seconds;
  char **command;
};

/* Returns 0, or -1 after telling what is wrong on standard error. */
int options_parse(struct options *options, int argc, char **argv);
void options_free(struct options *options);
#endif
