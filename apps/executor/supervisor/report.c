#include "report.h"

#include <fcntl.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "sha256.h"

#define TERMINATION_MESSAGE_LIMIT 4096
/* Raw bytes in a frame: 8192 characters of base64, well below the 16 KiB at which container runtimes break lines. */
#define FRAME_BYTES 6144

static const char hex[] = "0123456789abcdef";

/* Length of the UTF-8 sequence that begins here, or 0 when it is not valid. */
static size_t utf8_length(const unsigned char *at, size_t left) {
  if (at[0] < 0x80) return 1;
  size_t length = at[0] >= 0xf0 ? 4 : at[0] >= 0xe0 ? 3 : 2;
  if (at[0] < 0xc2 || at[0] > 0xf4 || length > left) return 0;
  for (size_t i = 1; i < length; i++) {
    if ((at[i] & 0xc0) != 0x80) return 0;
  }
  if (at[0] == 0xe0 && at[1] < 0xa0) return 0; /* overlong */
  if (at[0] == 0xed && at[1] > 0x9f) return 0; /* surrogate */
  if (at[0] == 0xf0 && at[1] < 0x90) return 0; /* overlong */
  if (at[0] == 0xf4 && at[1] > 0x8f) return 0; /* beyond Unicode */
  return length;
}

/* A JSON string. Bytes that are not UTF-8 become U+FFFD, because JSON has no way to carry them. */
static int append_json_string(struct buffer *into, const char *text, size_t length) {
  const unsigned char *at = (const unsigned char *)text;
  if (buffer_append_text(into, "\"") < 0) return -1;
  for (size_t i = 0; i < length;) {
    size_t sequence = utf8_length(at + i, length - i);
    int failed;
    if (sequence == 0) {
      failed = buffer_append_text(into, "\xef\xbf\xbd");
      sequence = 1;
    } else if (at[i] == '"' || at[i] == '\\') {
      failed = buffer_append(into, (char[]){'\\', (char)at[i]}, 2);
    } else if (at[i] < 0x20) {
      failed = buffer_append(into, (char[]){'\\', 'u', '0', '0', hex[at[i] >> 4], hex[at[i] & 15]}, 6);
    } else {
      failed = buffer_append(into, at + i, sequence);
    }
    if (failed < 0) return -1;
    i += sequence;
  }
  return buffer_append_text(into, "\"");
}

int report_parameter(struct report *report, const char *name, const char *value, size_t length) {
  struct buffer *into = &report->parameters;
  if (into->length > 0 && buffer_append_text(into, ",") < 0) return -1;
  if (append_json_string(into, name, strlen(name)) < 0 || buffer_append_text(into, ":") < 0) return -1;
  return append_json_string(into, value, length);
}

/* The members "parameters" and "result", without braces. */
static int append_outputs(const struct report *report, struct buffer *into) {
  if (buffer_append_text(into, "\"parameters\":{") < 0) return -1;
  if (buffer_append(into, report->parameters.data, report->parameters.length) < 0) return -1;
  if (buffer_append_text(into, "}") < 0) return -1;
  if (!report->has_result) return 0;
  if (buffer_append_text(into, ",\"result\":") < 0) return -1;
  return append_json_string(into, report->result.data, report->result.length);
}

static int append_error(const struct report *report, struct buffer *into) {
  if (report->error.length == 0) return 0;
  if (buffer_append_text(into, ",\"error\":") < 0) return -1;
  size_t length = report->error.length < 2048 ? report->error.length : 2048;
  return append_json_string(into, report->error.data, length);
}

static int append_progress(const struct report *report, struct buffer *into) {
  if (!*report->progress) return 0;
  if (buffer_append_text(into, ",\"progress\":\"") < 0 || buffer_append_text(into, report->progress) < 0) return -1;
  return buffer_append_text(into, "\"");
}

static int append_base64(struct buffer *into, const unsigned char *at, size_t length) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (size_t i = 0; i < length; i += 3) {
    unsigned int bits = (unsigned int)at[i] << 16;
    if (i + 1 < length) bits |= (unsigned int)at[i + 1] << 8;
    if (i + 2 < length) bits |= at[i + 2];
    char quad[4] = {digits[bits >> 18], digits[bits >> 12 & 63], digits[bits >> 6 & 63], digits[bits & 63]};
    if (i + 1 >= length) quad[2] = '=';
    if (i + 2 >= length) quad[3] = '=';
    if (buffer_append(into, quad, 4) < 0) return -1;
  }
  return 0;
}

static int make_nonce(char out[33]) {
  unsigned char random[16];
  if (getrandom(random, sizeof random, 0) != sizeof random) return -1;
  for (size_t i = 0; i < sizeof random; i++) {
    out[2 * i] = hex[random[i] >> 4];
    out[2 * i + 1] = hex[random[i] & 15];
  }
  out[32] = '\0';
  return 0;
}

/* Writes the outputs as frames to standard output and describes them in the message. A frame begins on a line of its own,
   even where the command's last line has no end. */
static int write_frames(const struct buffer *outputs, struct buffer *message) {
  char nonce[33], digest[65];
  if (make_nonce(nonce) < 0) return -1;
  sha256_hex(outputs->data, outputs->length, digest);
  struct buffer frames = {0};
  size_t count = 0;
  int failed = buffer_append_text(&frames, "\n");
  for (size_t offset = 0; offset < outputs->length && !failed; offset += FRAME_BYTES, count++) {
    size_t left = outputs->length - offset;
    failed = buffer_append_text(&frames, "::argosy-outputs ") < 0 || buffer_append_text(&frames, nonce) < 0 ||
             buffer_append_text(&frames, " ") < 0 || buffer_append_number(&frames, count) < 0 || buffer_append_text(&frames, " ") < 0 ||
             append_base64(&frames, (const unsigned char *)outputs->data + offset, left < FRAME_BYTES ? left : FRAME_BYTES) < 0 ||
             buffer_append_text(&frames, "\n") < 0;
  }
  if (!failed) failed = write_all(STDOUT_FILENO, frames.data, frames.length);
  buffer_free(&frames);
  if (failed) return -1;
  if (buffer_append_text(message, "\"overflow\":{\"nonce\":\"") < 0 || buffer_append_text(message, nonce) < 0) return -1;
  if (buffer_append_text(message, "\",\"frames\":") < 0 || buffer_append_number(message, count) < 0) return -1;
  if (buffer_append_text(message, ",\"bytes\":") < 0 || buffer_append_number(message, outputs->length) < 0) return -1;
  if (buffer_append_text(message, ",\"sha256\":\"") < 0 || buffer_append_text(message, digest) < 0) return -1;
  return buffer_append_text(message, "\"}");
}

static int save(const char *path, const struct buffer *message) {
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) return -1;
  int failed = write_all(fd, message->data, message->length);
  return close(fd) < 0 ? -1 : failed;
}

int report_write(const struct report *report, const char *path) {
  struct buffer message = {0}, outputs = {0};
  int failed = append_outputs(report, &outputs) < 0 || buffer_append_text(&message, "{\"v\":1,") < 0 ||
               buffer_append(&message, outputs.data, outputs.length) < 0 || append_progress(report, &message) < 0 || append_error(report, &message) < 0 ||
               buffer_append_text(&message, "}") < 0;
  if (!failed && message.length > TERMINATION_MESSAGE_LIMIT) {
    struct buffer whole = {0};
    message.length = 0;
    failed = buffer_append_text(&whole, "{") < 0 || buffer_append(&whole, outputs.data, outputs.length) < 0 ||
             buffer_append_text(&whole, "}") < 0 || buffer_append_text(&message, "{\"v\":1,") < 0 || write_frames(&whole, &message) < 0 ||
             append_progress(report, &message) < 0 || append_error(report, &message) < 0 || buffer_append_text(&message, "}") < 0;
    buffer_free(&whole);
  }
  if (!failed) failed = save(path, &message);
  buffer_free(&outputs);
  buffer_free(&message);
  return failed ? -1 : 0;
}

void report_free(struct report *report) {
  buffer_free(&report->parameters);
  buffer_free(&report->result);
  buffer_free(&report->error);
}
