#include "resource.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "buffer.h"
#include "condition.h"
#include "json.h"
#include "tool.h"

#define EXIT_WRONG_COMMAND_LINE 64
#define DEFAULT_POLL_MS 5000
/* Times in a row that the object cannot be read before that is taken for an answer. */
#define MOST_FAILURES 5

struct output {
  bool is_jq;
  bool may_miss; /* somebody else has a value when there is none */
  char *file;
  const char *expression;
};

struct task {
  const char *action;
  const char *manifest; /* NULL: none */
  const char *strategy; /* of a patch */
  const char *reason_path;
  struct condition success, failure;
  struct output *outputs;
  size_t output_count;
  long poll_ms;
  char **flags;
  int flag_count;
};

/* The object acted on. */
struct object {
  struct buffer json;
  struct buffer name;      /* such as job.batch/build, ends with a zero */
  struct buffer name_space; /* empty when it is in none */
};

/* Tells why, on standard error and where the supervisor looks for it. Always returns -1. */
static int fail(const struct task *task, const char *first, ...) {
  struct buffer why = {0};
  va_list parts;
  va_start(parts, first);
  for (const char *part = first; part; part = va_arg(parts, const char *)) buffer_append_text(&why, part);
  va_end(parts);
  int fd = task->reason_path ? open(task->reason_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644) : -1;
  if (fd >= 0) {
    (void)write_all(fd, why.data, why.length);
    close(fd);
  }
  buffer_append(&why, "", 1);
  complain(why.data ? why.data : first, NULL, NULL, NULL);
  buffer_free(&why);
  return -1;
}

/* Runs a program. Returns 0 when it succeeded; says why when it did not. */
static int run(const struct task *task, char **command, const struct buffer *input, struct buffer *out) {
  struct buffer err = {0};
  int code = tool_run(command, input, out, &err);
  if (code == 0) {
    buffer_free(&err);
    return 0;
  }
  while (err.length > 0 && err.data[err.length - 1] == '\n') err.length--;
  bool is_silent = err.length == 0;
  buffer_append(&err, "", 1);
  const char *reason = code < 0 ? strerror(errno) : is_silent ? "it failed" : err.data;
  fail(task, code < 0 ? "cannot start " : "", command[0], ": ", reason, NULL);
  buffer_free(&err);
  return -1;
}

static bool is(const char *a, const char *b) { return strcmp(a, b) == 0; }

static bool has_content(const char *path) {
  struct stat status;
  return path && stat(path, &status) == 0 && status.st_size > 0;
}

/* kubectl with the action, the user's flags and the manifest. */
static int act(const struct task *task, struct buffer *out) {
  char **command = calloc((size_t)task->flag_count + 12, sizeof *command);
  if (!command) return fail(task, "out of memory", NULL);
  int count = 0;
  command[count++] = "kubectl";
  command[count++] = (char *)task->action;
  bool is_patch = is(task->action, "patch"), is_delete = is(task->action, "delete"), has_manifest = has_content(task->manifest);
  bool is_json_patch = is_patch && task->strategy && is(task->strategy, "json");
  if (is_delete) command[count++] = "--ignore-not-found";
  if (is_patch) {
    command[count++] = "--type";
    command[count++] = (char *)(task->strategy ? task->strategy : "strategic");
    command[count++] = "--patch-file";
    command[count++] = (char *)task->manifest;
  }
  for (int i = 0; i < task->flag_count; i++) command[count++] = task->flags[i];
  if (has_manifest && !is_json_patch) {
    command[count++] = "-f";
    command[count++] = (char *)task->manifest;
  }
  command[count++] = "-o";
  command[count++] = is_delete ? "name" : "json";
  int failed = run(task, command, NULL, out);
  free(command);
  return failed;
}

static int append_field(const struct object *object, const char *path, struct buffer *into) {
  struct json value;
  if (!json_find((struct json){object->json.data, object->json.length}, path, &value)) return 0;
  return json_text(value, into);
}

/* How kubectl finds the object again: its kind and group, its name and its namespace. */
static int identify(const struct task *task, struct object *object) {
  struct buffer version = {0}, name = {0};
  append_field(object, "kind", &object->name);
  for (size_t i = 0; i < object->name.length; i++) {
    char *c = &object->name.data[i];
    if (*c >= 'A' && *c <= 'Z') *c = (char)(*c + ('a' - 'A'));
  }
  append_field(object, "metadata.name", &name);
  append_field(object, "metadata.namespace", &object->name_space);
  append_field(object, "apiVersion", &version);
  bool is_known = object->name.length > 0 && name.length > 0;
  for (size_t i = version.length; i-- > 0;) {
    if (version.data[i] != '/') continue;
    buffer_append_text(&object->name, ".");
    buffer_append(&object->name, version.data, i);
    break;
  }
  buffer_append_text(&object->name, "/");
  buffer_append(&object->name, name.data, name.length);
  buffer_append(&object->name, "", 1);
  if (object->name_space.length > 0) buffer_append(&object->name_space, "", 1);
  buffer_free(&version);
  buffer_free(&name);
  return is_known ? 0 : fail(task, "Kind and name are both required but at least one of them is missing from the manifest", NULL);
}

/* Asks for the object anew, as JSON or by another form of output. */
static int get(const struct task *task, const struct object *object, const char *form, struct buffer *out) {
  char *command[] = {"kubectl", "get", object->name.data, "-o", (char *)form, NULL, NULL, NULL};
  if (object->name_space.length > 0) {
    command[5] = "-n";
    command[6] = object->name_space.data;
  }
  out->length = 0;
  return run(task, command, NULL, out);
}

/* Returns 1 when the object is as wanted, 0 when it may still become so, -1 when it never will. */
static int assess(const struct task *task, struct json object) {
  for (size_t i = 0; i < task->failure.count; i++) {
    if (requirement_holds(&task->failure.requirements[i], object))
      return fail(task, "failure condition '", task->failure.requirements[i].text, "' evaluated true", NULL);
  }
  for (size_t i = 0; i < task->success.count; i++) {
    if (!requirement_holds(&task->success.requirements[i], object)) return 0;
  }
  return 1;
}

static int await_conditions(const struct task *task, struct object *object) {
  if (task->success.count + task->failure.count == 0) return 0;
  for (int failures = 0;;) {
    int state = failures > 0 ? 0 : assess(task, (struct json){object->json.data, object->json.length});
    if (state != 0) return state < 0 ? -1 : 0;
    struct timespec pause = {.tv_sec = task->poll_ms / 1000, .tv_nsec = task->poll_ms % 1000 * 1000000};
    nanosleep(&pause, NULL);
    if (get(task, object, "json", &object->json) == 0) failures = 0;
    else if (++failures == MOST_FAILURES) return -1;
  }
}

static int save(const struct task *task, const struct output *output, const struct buffer *value) {
  int fd = open(output->file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  int failed = fd < 0 || write_all(fd, value->data, value->length) < 0;
  if (fd >= 0 && close(fd) < 0) failed = 1;
  return failed ? fail(task, "cannot write ", output->file, ": ", strerror(errno), NULL) : 0;
}

static int read_outputs(const struct task *task, const struct object *object) {
  for (size_t i = 0; i < task->output_count; i++) {
    const struct output *output = &task->outputs[i];
    struct buffer value = {0}, form = {0};
    int failed;
    if (output->is_jq) {
      char *command[] = {"jq", "-rc", (char *)output->expression, NULL};
      failed = get(task, object, "json", &form) < 0 || run(task, command, &form, &value) < 0;
    } else {
      failed = buffer_append_text(&form, "jsonpath=") < 0 || buffer_append(&form, output->expression, strlen(output->expression) + 1) < 0 ||
               get(task, object, form.data, &value) < 0;
    }
    if (!failed) failed = save(task, output, &value);
    buffer_free(&value);
    buffer_free(&form);
    if (failed && !output->may_miss) return -1;
  }
  return 0;
}

static int allow_miss(struct task *task, const char *file) {
  for (size_t i = 0; i < task->output_count; i++) {
    if (is(task->outputs[i].file, file)) task->outputs[i].may_miss = true;
  }
  return 0;
}

static int add_output(struct task *task, bool is_jq, char *pair) {
  char *equals = strchr(pair, '=');
  if (!equals) return -1;
  *equals = '\0';
  task->outputs[task->output_count++] = (struct output){.is_jq = is_jq, .file = pair, .expression = equals + 1};
  return 0;
}

static int take(struct task *task, const char *option, char *value) {
  if (is(option, "--manifest")) task->manifest = value;
  else if (is(option, "--strategy")) task->strategy = value;
  else if (is(option, "--reason")) task->reason_path = value;
  else if (is(option, "--poll")) task->poll_ms = atol(value);
  else if (is(option, "--json-path")) return add_output(task, false, value);
  else if (is(option, "--jq")) return add_output(task, true, value);
  else if (is(option, "--may-miss")) return allow_miss(task, value);
  else if (is(option, "--success")) return condition_parse(&task->success, value) < 0 ? fail(task, "this is no condition: ", value, NULL) : 0;
  else if (is(option, "--failure")) return condition_parse(&task->failure, value) < 0 ? fail(task, "this is no condition: ", value, NULL) : 0;
  else return fail(task, "unknown option ", option, NULL);
  return 0;
}

static int parse(struct task *task, int argc, char **argv) {
  *task = (struct task){.poll_ms = DEFAULT_POLL_MS, .outputs = calloc((size_t)argc + 1, sizeof *task->outputs)};
  if (!task->outputs || argc < 1) return fail(task, "no action", NULL);
  task->action = argv[0];
  for (int i = 1; i < argc; i += 2) {
    if (is(argv[i], "--")) {
      task->flags = argv + i + 1;
      task->flag_count = argc - i - 1;
      break;
    }
    if (i + 1 >= argc) return fail(task, "missing value of ", argv[i], NULL);
    if (take(task, argv[i], argv[i + 1]) < 0) return -1;
  }
  return 0;
}

static int perform(const struct task *task) {
  if (!has_content(task->manifest) && task->flag_count == 0) return fail(task, "Must provide at least one of flags or manifest.", NULL);
  struct object object = {0};
  int failed = act(task, &object.json);
  if (!failed && object.json.length > 0) (void)write_all(STDOUT_FILENO, object.json.data, object.json.length);
  bool has_more = task->success.count + task->failure.count + task->output_count > 0;
  if (!failed && has_more && !is(task->action, "delete"))
    failed = identify(task, &object) < 0 || await_conditions(task, &object) < 0 || read_outputs(task, &object) < 0;
  buffer_free(&object.json);
  buffer_free(&object.name);
  buffer_free(&object.name_space);
  return failed ? 1 : 0;
}

int resource(int argc, char **argv) {
  struct task task;
  signal(SIGPIPE, SIG_IGN);
  int code = parse(&task, argc, argv) < 0 ? EXIT_WRONG_COMMAND_LINE : perform(&task);
  condition_free(&task.success);
  condition_free(&task.failure);
  free(task.outputs);
  return code < 0 ? 1 : code;
}
