// A test that ends what it began in the opposite order: people go before their nodes, and nodes before what they stand
// on. The runner ends the oldest first, and a node without its services takes long to stop.
import { test as run } from 'node:test'

/**
 * @param {string} name
 * @param {{ skip?: string | false }} options
 * @param {(t: { after: (end: () => unknown) => void, diagnostic: (message: string) => void }) => Promise<void>} body
 */
export const testWith = (name, options, body) => run(name, options, async (t) => {
  const ends = []
  const errors = []
  const attempt = async (step) => {
    try {
      await step()
    } catch (error) {
      errors.push(error)
    }
  }
  await attempt(() => body({ after: (end) => ends.push(end), diagnostic: (message) => t.diagnostic(message) }))
  // One of them may have more to end.
  while (ends.length > 0) await attempt(ends.pop())
  if (errors.length > 1) errors.slice(1).forEach((error) => t.diagnostic(`Then: ${error.stack}`))
  if (errors.length > 0) throw errors[0]
})

/** The same without options. */
export const test = (name, body) => testWith(name, {}, body)
