import type { Connection } from './connection'
import { byId } from './dom'

const labels = { connecting: 'Connecting…', synced: 'Synced', offline: 'Offline', refused: 'Closed' } as const

const explanations = {
  connecting: 'Looking for the relay.',
  synced: 'Everything you type is sent to everybody here.',
  offline: 'Your changes are kept on this page and sent when the connection is back.',
  refused: 'The relay does not open this document.'
} as const

/** Shows how the connection is: a word at the top, and a notice where people should know more. */
export function showStatus (connection: Connection): void {
  const status = byId('status')
  const notice = byId('notice')
  const retry = byId('retry')
  retry.addEventListener('click', () => connection.retry())

  connection.watch((state) => {
    status.dataset['state'] = state.kind
    status.title = explanations[state.kind]
    setText(byId('status-label'), labels[state.kind])

    retry.hidden = state.kind !== 'refused'
    notice.hidden = state.kind !== 'offline' && state.kind !== 'refused'
    if (state.kind === 'offline') {
      setText(
        byId('notice-text'),
        'You are offline. Keep typing and leave this page open: ' +
          'your changes are kept here and sent as soon as the connection is back.'
      )
    } else if (state.kind === 'refused') {
      setText(
        byId('notice-text'),
        `The relay closed this document and said: “${state.reason}”. What you type now reaches nobody.`
      )
    }
  })

  addEventListener('beforeunload', (event) => {
    if (connection.hasUnsentChanges) event.preventDefault()
  })
}

/** Screen readers read a live region again whenever it is written to. */
function setText (to: HTMLElement, text: string): void {
  if (to.textContent !== text) to.textContent = text
}
