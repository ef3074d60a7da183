// The type of `import.meta` in the pages. The rest is in the DOM library.

interface ImportMeta {
  /** Vite fills it in. Here, esbuild does. */
  env: { VITE_IMPERSONATION_API_URL: string }
}
