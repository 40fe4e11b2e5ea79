// The licences of the packages that are in the bundle, in one text.
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'

const compatible = new Set(['MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause'])

/**
 * @param {string} here the folder that holds node_modules
 * @param {string[]} inputs files that went into the bundle, relative to it
 */
export const licences = async (here, inputs) => {
  const folders = new Set(inputs.map((input) => /^node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0]).filter(Boolean))
  const parts = ['The demo page of Relay contains these packages.\n']
  for (const folder of [...folders].sort()) {
    const home = path.join(here, folder)
    const { name, version, license } = JSON.parse(await readFile(path.join(home, 'package.json'), 'utf8'))
    if (!compatible.has(license))
      throw new Error(`${name} has the licence ${license}, which the bundle must not contain.`)
    const file = (await readdir(home)).find((entry) => /^licen[cs]e(\.|$)/i.test(entry))
    if (file === undefined) throw new Error(`${name} comes without the text of its licence.`)
    const text = (await readFile(path.join(home, file), 'utf8')).replaceAll('\r\n', '\n').trim()
    parts.push(`${'-'.repeat(80)}\n${name} ${version} (${license})\n\n${text}\n`)
  }
  return parts.join('\n')
}
