// Writes the bundle to src/Relay/wwwroot, removes what no longer belongs to it, and prints what a visitor loads.
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { bundle, wwwroot } from './bundle.mjs'

const files = await bundle()
await mkdir(wwwroot, { recursive: true })
for (const entry of await readdir(wwwroot)) await rm(path.join(wwwroot, entry), { recursive: true })

for (const [name, bytes] of files) {
  const file = path.join(wwwroot, name)
  await mkdir(path.dirname(file), { recursive: true })
  await writeFile(file, bytes)
  console.log(`${name.padEnd(36)} ${kilobytes(bytes.length)}  gzip ${kilobytes(gzipSync(bytes, { level: 9 }).length)}`)
}

function kilobytes (length) {
  return `${(length / 1000).toFixed(1).padStart(6)} kB`
}
