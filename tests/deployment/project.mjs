// The project's files, as those who deploy it find them.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseDocument } from 'yaml'

export const root = fileURLToPath(new URL('../../', import.meta.url))

export const read = (file) => readFileSync(path.join(root, file), 'utf8')

export const exists = (file) => existsSync(path.join(root, file))

/** The files of a folder and its folders whose names end in this. */
export const filesUnder = (folder, ending) =>
  readdirSync(path.join(root, folder), { recursive: true })
    .filter((file) => file.endsWith(ending))
    .map((file) => path.join(folder, file))

/** A YAML file, with its aliases and merged keys put in; what does not parse, or says a key twice, throws. */
export const readYaml = (file) => {
  const document = parseDocument(read(file), { merge: true, strict: true, uniqueKeys: true })
  if (document.errors.length > 0 || document.warnings.length > 0)
    throw new Error(`${file}: ${[...document.errors, ...document.warnings].join('\n')}`)
  return document.toJS()
}
