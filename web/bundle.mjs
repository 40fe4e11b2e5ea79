// Makes the files of src/Relay/wwwroot. The same sources and lock file give the same bytes, on any machine:
// CI compares them with what is committed.
import { build } from 'esbuild'
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { licences } from './licences.mjs'

const here = path.dirname(fileURLToPath(import.meta.url))

/** What a visitor asks for → the sources of that page, whose scripts and styles have the name before it. */
const pages = {
  'index.html': { folder: 'src/demo', name: 'demo' },
  'dashboard.html': { folder: 'src/dashboard', name: 'dashboard' }
}

export const wwwroot = path.resolve(here, '../src/Relay/wwwroot')

/** All files of the folder: path inside it (with slashes) → bytes. */
export const bundle = async () => {
  const { outputFiles, metafile } = await build({
    absWorkingDir: here,
    entryPoints: Object.fromEntries(
      Object.values(pages).flatMap(({ folder, name }) => [
        [name, `${folder}/main.ts`],
        [`${name}-style`, `${folder}/${name}.css`]
      ])
    ),
    outdir: 'out',
    bundle: true,
    format: 'esm',
    target: ['es2022', 'safari16'],
    charset: 'utf8',
    minify: true,
    // licenses.txt holds the licences of everything in the bundle, also of packages that keep no comment in their code.
    legalComments: 'none',
    metafile: true,
    write: false,
    logLevel: 'warning'
  })

  const files = new Map()
  const addresses = new Map()
  for (const { path: made, contents } of outputFiles) {
    const { name, ext } = path.parse(made)
    const hash = createHash('sha256').update(contents).digest('hex').slice(0, 10)
    addresses.set(`${name}${ext}`, `assets/${name}-${hash}${ext}`)
    files.set(`assets/${name}-${hash}${ext}`, Buffer.from(contents))
  }
  for (const [asked, { folder, name }] of Object.entries(pages)) {
    let html = await readText(`${folder}/index.html`)
    for (const part of [`${name}.js`, `${name}-style.css`])
      html = replaceOnce(html, `"${part}"`, `"${addresses.get(part)}"`)
    files.set(asked, Buffer.from(html))
  }
  files.set('icon.svg', Buffer.from(await readText('src/demo/icon.svg')))
  files.set('licenses.txt', Buffer.from(await licences(here, Object.keys(metafile.inputs))))
  return files
}

// A checkout may have other line ends than the one in which the bundle was made.
const readText = async (file) => (await readFile(path.join(here, file), 'utf8')).replaceAll('\r\n', '\n')

const replaceOnce = (text, from, to) => {
  const parts = text.split(from)
  if (parts.length !== 2) throw new Error(`index.html must name ${from} exactly once.`)
  return parts.join(to)
}
