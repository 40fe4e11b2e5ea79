// Waiting with a deadline, so that a test that hangs says what it waited for.
import { setTimeout as pause } from 'node:timers/promises'

/**
 * How long anything may take before a test gives up, in milliseconds; `RELAY_TEST_PATIENCE` (seconds) for slow
 * machines.
 */
export const patience = 1000 * Number(process.env.RELAY_TEST_PATIENCE ?? 30)

/**
 * Waits until `condition` returns something true, and returns that.
 * @template T
 * @param {() => T | Promise<T>} condition
 * @param {string} what completes the sentence "Waited in vain for …"
 * @returns {Promise<T>}
 */
export const waitFor = async (condition, what, timeout = patience) => {
  const deadline = Date.now() + timeout
  for (;;) {
    const value = await condition()
    if (value) return value
    if (Date.now() > deadline) throw new Error(`Waited ${timeout} ms in vain for ${what}.`)
    await pause(5)
  }
}

/**
 * Waits until none of something is left, for as long as it becomes less: how fast that is, is the machine's doing.
 * @param {() => number | Promise<number>} left how much is left
 */
export const waitForNone = async (left, what, timeout = patience) => {
  for (let before = await left(); before > 0;) {
    const less = async () => {
      const now = await left()
      return now < before && { now }
    }
    before = (await waitFor(less, `${what}, of which ${before} are left`, timeout)).now
  }
}

/** Waits for a promise, at most the usual time. */
export const inTime = async (promise, what, timeout = patience) => {
  const abort = new AbortController()
  const late = pause(timeout, undefined, { signal: abort.signal }).then(
    () => { throw new Error(`Waited ${timeout} ms in vain for ${what}.`) },
    () => {})
  try {
    return await Promise.race([promise, late])
  } finally {
    abort.abort()
  }
}
