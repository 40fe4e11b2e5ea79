// Stock clients renew their presence every 15 s, which mends in the end what a node forgot to say.
import { waitFor } from './wait.mjs'

/**
 * A client renews its presence for the last time: what others see of it from now on they were told by the node. It is
 * there for 30 s more.
 */
export const renewForTheLastTime = ({ awareness }) => {
  clearInterval(awareness._checkInterval)
  awareness.setLocalState(awareness.getLocalState())
}

/** Waits until a watcher has the latest that a client has said about itself. */
export const hasLatest = (watcher, { awareness: { clientID, meta } }) =>
  waitFor(
    () => watcher.awareness.meta.get(clientID)?.clock === meta.get(clientID).clock,
    `the latest presence of client ${clientID}`
  )
