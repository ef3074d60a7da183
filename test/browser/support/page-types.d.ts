// What the pages find in a browser beside the DOM.

interface ImportMeta {
  /** Vite fills it in. Here, esbuild does. */
  env: { VITE_IMPERSONATION_API_URL: string }
}
