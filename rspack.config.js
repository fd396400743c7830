// rspack rewrites import.meta.url to the path of the source, and takes new URL(x, import.meta.url) for an asset; the
// programs find their own files by both, so they stay as written.
export default (options) => ({
  ...options,
  module: { ...options.module, parser: { ...options.module?.parser, javascript: { importMeta: false, url: false } } },
});
