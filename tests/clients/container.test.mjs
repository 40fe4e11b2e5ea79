// A node in a container of 512 MB, and a thousand sockets of the worst kind each, before and after a token: the node
// lives, says so within a second, and twenty editors notice nothing. RELAY_TEST_SLOW=1 tries all kinds,
// RELAY_TEST_SECONDS how long they stay, RELAY_TEST_HOSTILE_SOCKETS how many they are.
import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { on, once } from 'node:events'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { setTimeout as pause } from 'node:timers/promises'
import { joinClient, waitFor } from './clients.mjs'
import { memoryLimit, peakOf } from './container.mjs'
import { inTime } from './wait.mjs'
import { startGuardedRelay } from './tokens.mjs'

const megabyte = 1 << 20
const container = 512 * megabyte
const editors = 20
const documents = 4

/** How many hostile sockets. */
const sockets = Number(process.env.RELAY_TEST_HOSTILE_SOCKETS ?? 1000)

/** How long the editors go on when the hostile sockets have sent what they can, in seconds. */
const seconds = Number(process.env.RELAY_TEST_SECONDS ?? 1)

/** How long an answer for the node's health may take, beside what the machine kept a control waiting, in ms. */
const mostLate = 1000

/** What a control computes for each answer, in ms: on a machine without other work it takes as long. */
const work = 100

const pathOf = (program) => fileURLToPath(new URL(program, import.meta.url))

/** Starts a process that speaks to this one, and ends with the test. */
const start = (t, program, ...args) => {
  const child = fork(pathOf(program), args)
  t.after(() => child.kill('SIGKILL'))
  return child
}

/**
 * Asks a node all the time whether it lives, and a control beside it. What the control was late by meanwhile is the
 * machine's doing, so it does not count against the node.
 */
const watchHealth = async (t, relay) => {
  const control = start(t, 'control.mjs', `${work}`)
  const [port] = await inTime(once(control, 'message'), 'the control')
  const watch = { worst: 0, machine: 0, own: 0, failures: [], answers: 0 }
  const abort = new AbortController()
  t.after(() => abort.abort())
  const { signal } = abort
  const ask = async (address) => {
    const answer = await fetch(address, { headers: { connection: 'close' }, signal })
    await answer.text()
    if (answer.status !== 200) throw new Error(`${answer.status}`)
  }
  const repeat = async (question, rest) => {
    while (!signal.aborted) {
      try {
        await question()
      } catch (error) {
        if (!signal.aborted) watch.failures.push(error.cause?.code ?? error.message)
      }
      await pause(rest, undefined, { signal }).catch(() => {})
    }
  }
  // When the control was asked last, and what it was late by, with the time of the answer.
  let asked = performance.now()
  const late = []
  repeat(async () => {
    asked = performance.now()
    await ask(`http://127.0.0.1:${port}/`)
    late.push({ at: performance.now(), by: performance.now() - asked - work })
    asked = Infinity
  }, 2 * work)
  repeat(async () => {
    const began = performance.now()
    await ask(`${relay.url}/health/live`)
    const took = performance.now() - began
    const meanwhile = late.filter(({ at }) => at > began).map(({ by }) => by)
    const machine = Math.max(0, performance.now() - asked - work, ...meanwhile)
    watch.answers++
    watch.worst = Math.max(watch.worst, took)
    watch.machine = Math.max(watch.machine, machine)
    watch.own = Math.max(watch.own, took - machine)
  }, 50)
  return watch
}

/** Waits until the hostile sockets have sent what they can: for as long as they get on with it. */
const settling = async (attack) => {
  const told = on(attack, 'message')
  for (;;) {
    const { value: [message] } = await inTime(told.next(), 'more of the hostile sockets')
    if (message.opened === undefined) return message
  }
}

/**
 * How often an editor types, in ms. A thousand documents leave each of theirs 32 KiB to grow by, with what waits to be
 * logged: what five editors type within several seconds in which the machine does not let the node run.
 */
const typingPause = 100

const startEditors = async (t, relay, token) => {
  const all = await Promise.all(Array.from({ length: editors }, (_, i) => {
    const params = { token: token(`editor ${i}`, { 'honest*': 'write' }) }
    return joinClient(t, relay, `honest ${i % documents}`, { params })
  }))
  let typed = 0
  const timer = setInterval(() => {
    typed++
    all.forEach((editor, i) => editor.map.set(`${i}`, typed))
  }, typingPause)
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
  const health = await watchHealth(t, relay)
  await people.see('what is typed before the attack')
  const port = Number(new URL(relay.url).port)
  const hostile = { port, kind, sockets, token: token('attacker', { '*': 'write' }) }
  const settled = await settling(start(t, 'thousand.mjs', JSON.stringify(hostile)))
  await pause(seconds * 1000)
  await people.see('what is typed during the attack')
  people.stop()
  await people.see('what was typed last')
  const peak = peakOf(relay.pid)
  t.diagnostic(`${JSON.stringify(settled)}; the node took ${Math.round(peak / megabyte)} MiB; ` +
    `${health.answers} answers for its health, the longest took ${Math.round(health.worst)} ms, ` +
    `the node was late by ${Math.round(health.own)} ms of it, the machine by ${Math.round(health.machine)} ms`)
  assert.deepEqual(people.all.flatMap(({ closes }) => closes), [], 'connections of editors that ended')
  assert.deepEqual(health.failures, [], 'questions for the health of the node that were not answered with 200')
  assert.ok(health.own < mostLate, `the node was late by ${health.own} ms with an answer for its health`)
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
