import type { StreamState } from './events'
import { byId, setText } from './dom'
import { clockTime } from './format'

const labels = { connecting: 'Connecting…', live: 'Live', lost: 'No connection', refused: 'No access' } as const

/** Shows whether what the page says is of this moment: a word at the top, and a notice where it is not. */
export function showConnection (state: StreamState): void {
  byId('status').dataset['state'] = state.kind
  setText(byId('status-label'), labels[state.kind])
  document.body.classList.toggle('stale', state.kind === 'lost')
  byId('notice').hidden = state.kind !== 'lost'
  if (state.kind === 'lost')
    setText(
      byId('notice'),
      `The node has not been heard since ${clockTime(state.since)}. ` +
        'What is shown here is of that time; the page connects again by itself.'
    )
}
