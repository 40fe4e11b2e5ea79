// A node with as much memory as a container gives it: where this system lets us, in a group of processes with that
// limit, which ends a process that takes more; and everywhere with a limit for its heap, as a container would set it.
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/** The share of a container's memory that .NET gives its heap. */
const heapShare = 0.5

let groups = 0

/**
 * A limit of memory for one process.
 * @param {number} bytes
 * @returns `env` and `within` for the process, and `release`, which is called when that has ended
 */
export const memoryLimit = (bytes) => {
  const env = { DOTNET_GCHeapHardLimit: `0x${Math.floor(bytes * heapShare).toString(16)}` }
  const group = makeGroup(bytes)
  if (group === null) return { kind: 'a heap limit alone', env, within: [], release: () => {} }
  const within = ['sh', '-c', `echo $$ > '${path.join(group, 'cgroup.procs')}' && exec "$@"`, 'sh']
  return { kind: `a group of its own (${group})`, env, within, release: () => rmdirSync(group) }
}

/** The most resident memory that a process has had, in bytes. */
export const peakOf = (pid) =>
  Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) * 1024

/** Below the group of this process, so that all limits of that hold, too. */
const makeGroup = (bytes) => {
  for (const [root, own, limit] of [versionTwo(), versionOne()].filter(Boolean)) {
    const group = path.join(root, own, `relay-test-${process.pid}-${++groups}`)
    try {
      mkdirSync(group)
    } catch {
      continue
    }
    try {
      writeFileSync(path.join(group, limit), `${bytes}`)
      return group
    } catch {
      rmdirSync(group)
    }
  }
  return null
}

const versionTwo = () => {
  const own = /^0::(.*)$/m.exec(ownGroups())?.[1]
  const root = ['/sys/fs/cgroup', '/sys/fs/cgroup/unified']
    .find((at) => existsSync(path.join(at, 'cgroup.controllers')))
  return own !== undefined && root !== undefined && [root, own, 'memory.max']
}

const versionOne = () => {
  const own = /^\d+:memory:(.*)$/m.exec(ownGroups())?.[1]
  return own !== undefined && ['/sys/fs/cgroup/memory', own, 'memory.limit_in_bytes']
}

const ownGroups = () => existsSync('/proc/self/cgroup') ? readFileSync('/proc/self/cgroup', 'utf8') : ''
