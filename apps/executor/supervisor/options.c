#include "options.h"

#include <stdlib.h>
#include <string.h>

#include "buffer.h"

#define DEFAULT_GRACE_SECONDS 30

static int refuse(const char *what, const char *argument) {
  complain(what, argument, NULL, NULL);
  return -1;
}

/* Splits name=value in place. */
static char *split(char *pair) {
  char *equals = strchr(pair, '=');
  if (!equals) return NULL;
  *equals = '\0';
  return equals + 1;
}

static int add_parameter(struct options *options, char *pair) {
  const char *path = split(pair);
  if (!path) return refuse("--parameter needs NAME=PATH, got ", pair);
  options->parameters[options->parameter_count++] = (struct output_parameter){.name = pair, .path = path};
  return 0;
}

static int add_fallback(struct options *options, char *pair) {
  const char *value = split(pair);
  for (size_t i = 0; value && i < options->parameter_count; i++) {
    if (strcmp(options->parameters[i].name, pair) == 0) {
      options->parameters[i].fallback = value;
      return 0;
    }
  }
  return refuse("--default needs NAME=VALUE of a parameter given before, got ", pair);
}

static int add_dependency(struct options *options, char *pair) {
  const char *path = split(pair);
  if (!path) return refuse("--after needs NAME=PATH, got ", pair);
  options->dependencies[options->dependency_count++] = (struct dependency){.name = pair, .path = path};
  return 0;
}

/* Takes one option and its value. */
static int take(struct options *options, const char *flag, char *value) {
  if (strcmp(flag, "--parameter") == 0) return add_parameter(options, value);
  if (strcmp(flag, "--default") == 0) return add_fallback(options, value);
  if (strcmp(flag, "--after") == 0) return add_dependency(options, value);
  if (strcmp(flag, "--script") == 0) options->script_path = value;
  else if (strcmp(flag, "--report") == 0) options->report_path = value;
  else if (strcmp(flag, "--reason") == 0) options->reason_path = value;
  else if (strcmp(flag, "--exit-code") == 0) options->exit_code_path = value;
  else if (strcmp(flag, "--retries") == 0) options->retries = atoi(value);
  else if (strcmp(flag, "--retry-pause") == 0) options->retry_pause_ms = atol(value);
  else return refuse("unknown option ", flag);
  return 0;
}

void options_free(struct options *options) {
  free(options->parameters);
  free(options->dependencies);
}

int options_parse(struct options *options, int argc, char **argv) {
  *options = (struct options){.report_path = "/var/run/argo/termination-log", .deadline = getenv("ARGO_DEADLINE"), .grace_seconds = DEFAULT_GRACE_SECONDS};
  const char *grace = getenv("ARGO_TERMINATION_GRACE_PERIOD_SECONDS");
  if (grace && *grace) options->grace_seconds = atoi(grace);
  if (options->deadline && !*options->deadline) options->deadline = NULL;
  options->parameters = calloc((size_t)argc, sizeof *options->parameters);
  options->dependencies = calloc((size_t)argc, sizeof *options->dependencies);
  if (!options->parameters || !options->dependencies) return refuse("out of memory", NULL);
  for (int i = 0; i < argc; i++) {
    char *flag = argv[i];
    char *value = i + 1 < argc ? argv[i + 1] : NULL;
    if (strcmp(flag, "--") == 0) {
      options->command = argv + i + 1;
      return *options->command ? 0 : refuse("no command after --", NULL);
    }
    if (strcmp(flag, "--result") == 0) {
      options->capture_result = true;
      continue;
    }
    if (!value) return refuse("missing value of ", flag);
    i++;
    if (take(options, flag, value) < 0) return -1;
  }
  return refuse("no command: write it behind --", NULL);
}
