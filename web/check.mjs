// Fails when src/Relay/wwwroot is not what the sources here make.
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { bundle, wwwroot } from './bundle.mjs'

const files = await bundle()
const entries = await readdir(wwwroot, { recursive: true, withFileTypes: true }).catch(() => [])
const committed = entries.filter((entry) => entry.isFile())
  .map((entry) => path.relative(wwwroot, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, '/'))

const wrong = committed.filter((name) => !files.has(name)).map((name) => `${name} should not be there`)
for (const [name, bytes] of files) {
  if (!committed.includes(name)) wrong.push(`${name} is missing`)
  else if (!bytes.equals(await readFile(path.join(wwwroot, name)))) wrong.push(`${name} differs`)
}

if (wrong.length > 0) {
  console.error(
    `src/Relay/wwwroot is not what web/ makes (${wrong.sort().join('; ')}): ` +
      'run "npm ci && npm run build" in web/ and commit the result.'
  )
  process.exitCode = 1
} else {
  console.log(`src/Relay/wwwroot is what web/ makes: ${files.size} files.`)
}
