// What tests ask a node of a document's snapshots.
import { waitFor } from './wait.mjs'

/** A request about one document. */
export const ask = (relay, method, name, rest = '') =>
  fetch(`${relay.url}/api/documents/${encodeURIComponent(name)}${rest}`, { method })

/** The ids of its snapshots, the newest first. */
export const snapshotIds = async (relay, name) =>
  (await (await ask(relay, 'GET', name, '/snapshots')).json()).snapshots.map(({ id }) => id)

/** Waits until the document is saved as it is, and says which snapshot that is. */
export const saved = async (relay, name) => {
  const state = Buffer.from(await (await ask(relay, 'GET', name)).arrayBuffer())
  return await waitFor(async () => {
    const [newest] = await snapshotIds(relay, name)
    if (newest === undefined) return null
    const stored = Buffer.from(await (await ask(relay, 'GET', name, `/snapshots/${newest}`)).arrayBuffer())
    return stored.equals(state) ? newest : null
  }, `"${name}" to be saved`)
}
