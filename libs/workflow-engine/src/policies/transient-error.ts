const PATTERNS: readonly RegExp[] = [
  /exceeded quota/i,
  /too many requests|\b429\b/i,
  /service unavailable|\b503\b/i,
  /etcdserver: (request timed out|leader changed)/i,
  /\bserver timeout\b|i\/o timeout|TLS handshake timeout|connection timed out/i,
  /connection (refused|reset)/i,
  /\bEOF\b|http2: server sent GOAWAY|no such host/i,
  /transport connection broken/i,
];

/** Whether a message tells of something that tends to pass by itself: quota, overload, the network. */
export const isTransient = (message: string): boolean => PATTERNS.some((pattern) => pattern.test(message));
