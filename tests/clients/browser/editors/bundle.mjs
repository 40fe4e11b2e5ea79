// Makes the scripts of the pages, one for each editor, as an application's bundler would.
import { build } from 'esbuild'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** The editors that have a page here. */
export const editors = ['tiptap', 'blocknote', 'lexical', 'quill']

/** The editor's name → the script of its page. */
export const bundle = async () => {
  const { outputFiles } = await build({
    absWorkingDir: fileURLToPath(new URL('.', import.meta.url)),
    entryPoints: editors.map((editor) => `${editor}.mjs`),
    outdir: 'out',
    bundle: true,
    format: 'iife',
    target: 'es2022',
    define: { 'process.env.NODE_ENV': '"production"' },
    write: false,
    logLevel: 'error'
  })
  return new Map(outputFiles.map(({ path: made, text }) => [path.basename(made, '.js'), text]))
}
