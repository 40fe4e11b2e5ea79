// What the embedded stores leave in a node's data directory.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const snapshotName = /^[0-9a-f]{16}-[0-9a-f]{16}-[0-9a-f]{16}$/

/** All files below a directory, as absolute paths. */
export const filesIn = (directory) =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name))

/** The snapshots below a directory, the newest of a document first. */
export const snapshotsIn = (directory) =>
  filesIn(directory)
    .filter((file) => snapshotName.test(path.basename(file)))
    .sort()

/** Flips one bit in the middle of a file, and returns what the file then holds. */
export const damage = (file) => {
  const content = readFileSync(file)
  content[Math.floor(content.length / 2)] ^= 0x10
  writeFileSync(file, content)
  return content
}
