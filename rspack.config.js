// rspack rewrites import.meta.url to the path of the source; the programs find their own files by it, so it stays as written.
export default (options) => ({
  ...options,
  module: { ...options.module, parser: { ...options.module?.parser, javascript: { importMeta: false } } },
});
