// A node in a container of 512 MB, and a thousand sockets of the worst kind each, before and after a token: the node
// lives, says so within a second, and twenty editors notice nothing. RELAY_TEST_SLOW=1 tries all kinds,
// RELAY_TEST_SECONDS how long they stay, RELAY_TEST_HOSTILE_SOCKETS how many they are.
import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism, loadavg } from 'node:os'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { setTimeout as pause } from 'node:timers/promises'
import { joinClient, waitFor } from './clients.mjs'
import { memoryLimit, peakOf } from './container.mjs'
import { inTime, patience } from './wait.mjs'
import { startGuardedRelay } from './tokens.mjs'

const megabyte = 1 << 20
const container = 512 * megabyte
const editors = 20
const documents = 4

/** How many hostile sockets. */
const sockets = Number(process.env.RELAY_TEST_HOSTILE_SOCKETS ?? 1000)

/** How long the editors go on when the hostile sockets have sent what they can, in seconds. */
const seconds = Number(process.env.RELAY_TEST_SECONDS ?? 1)

const program = fileURLToPath(new URL('thousand.mjs', import.meta.url))

/** Asks a node all the time whether it lives; what this process itself was late by does not count. */
const watchHealth = (t, relay) => {
  const watch = { worst: 0, failures: [], answers: 0 }
  const abort = new AbortController()
  t.after(() => abort.abort())
  const ask = async () => {
    while (!abort.signal.aborted) {
      let late = 0
      let due = performance.now() + 10
      const own = setInterval(() => {
        late += Math.max(0, performance.now() - due)
        due = performance.now() + 10
      }, 10)
      const began = performance.now()
      try {
        const headers = { connection: 'close' }
        const answer = await fetch(`${relay.url}/health/live`, { headers, signal: abort.signal })
        await answer.text()
        if (answer.status !== 200) watch.failures.push(answer.status)
        watch.answers++
      } catch (error) {
        if (!abort.signal.aborted) watch.failures.push(error.cause?.code ?? error.message)
      }
      clearInterval(own)
      watch.worst = Math.max(watch.worst, performance.now() - began - late)
      await pause(50, undefined, { signal: abort.signal }).catch(() => {})
    }
  }
  ask()
  return watch
}

const startEditors = async (t, relay, token) => {
  const all = await Promise.all(Array.from({ length: editors }, (_, i) => {
    const params = { token: token(`editor ${i}`, { 'honest*': 'write' }) }
    return joinClient(t, relay, `honest ${i % documents}`, { params })
  }))
  let typed = 0
  const timer = setInterval(() => {
    typed++
    all.forEach((editor, i) => editor.map.set(`${i}`, typed))
  }, 50)
  t.after(() => clearInterval(timer))
  return {
    all,
    /** Waits until everybody has seen what everybody has typed by now. */
    see: (what) => {
      const goal = typed
      return waitFor(() => {
        assert.ok(relay.running, 'the node lives')
        return all.every(({ map }, i) => Array.from({ length: editors }, (_, j) => j)
        .every((j) => j % documents !== i % documents || (map.get(`${j}`) ?? 0) >= goal))
      }, what)
    },
    stop: () => clearInterval(timer)
  }
}

const underAttack = (kind, prepare = async () => {}) => test(`a thousand sockets: ${kind}`, async (t) => {
  const limit = memoryLimit(container)
  t.diagnostic(limit.kind)
  const { relay, token } = await startGuardedRelay(t, { env: limit.env, within: limit.within })
  t.after(limit.release)
  await prepare(t, relay, token)
  const people = await startEditors(t, relay, token)
  const health = watchHealth(t, relay)
  await people.see('what is typed before the attack')
  const port = Number(new URL(relay.url).port)
  const attack = fork(program, [JSON.stringify({ port, kind, sockets, token: token('attacker', { '*': 'write' }) })])
  t.after(() => attack.kill('SIGKILL'))
  const whatIsAwaited = 'the hostile sockets to have sent what they can'
  const [settled] = await inTime(once(attack, 'message'), whatIsAwaited, 2 * patience)
  await pause(seconds * 1000)
  await people.see('what is typed during the attack')
  people.stop()
  await people.see('what was typed last')
  const peak = peakOf(relay.pid)
  t.diagnostic(`${JSON.stringify(settled)}; the node took ${Math.round(peak / megabyte)} MiB; ` +
    `${health.answers} questions for its health, the longest took ${Math.round(health.worst)} ms`)
  assert.deepEqual(people.all.flatMap(({ closes }) => closes), [], 'connections of editors that ended')
  assert.deepEqual(health.failures, [], 'questions for the health of the node that were not answered with 200')
  // On a machine that has more to do than it can, everything takes longer by as much.
  const load = Math.max(1, loadavg()[0] / availableParallelism())
  assert.ok(health.worst < 1000 * load, `a question for its health took ${health.worst} ms`)
  assert.ok(peak < container, `the node took ${peak} bytes`)
})

underAttack('messages that wait for a token')
underAttack('presence')
underAttack('small structs')

if (process.env.RELAY_TEST_SLOW) {
  underAttack('unfinished messages before a token')
  underAttack('unfinished messages')
  underAttack('state vectors')
  underAttack('readers that do not read', async (t, relay, token) => {
    const writer = await joinClient(t, relay, 'large', { params: { token: token('writer', { large: 'write' }) } })
    for (let i = 0; i < 8; i++) writer.text.insert(0, 'x'.repeat(megabyte))
    const reader = await joinClient(t, relay, 'large', { params: { token: token('reader', { large: 'read' }) } })
    await reader.sees(() => reader.text.length === 8 * megabyte, 'the large document')
    writer.leave()
    reader.leave()
  })
}
