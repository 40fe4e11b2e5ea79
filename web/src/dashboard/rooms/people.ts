import { element } from '../dom'
import { printable } from '../format'
import type { Client } from '../view'

const maxShown = 200

/** Who says to be there: each with a name, where there is one, and all that the client says. */
export function showPeople (list: HTMLElement, clients: Client[]): void {
  const open = new Set(
    [...list.querySelectorAll<HTMLDetailsElement>('details[open]')].map(({ dataset }) => dataset['client'])
  )
  const shown = JSON.stringify(clients)
  if (list.dataset['shown'] === shown) return
  list.dataset['shown'] = shown
  list.replaceChildren(
    ...clients.slice(0, maxShown).map(({ clientId, state }) => {
      const { name, color } = describe(state)
      const dot = element('span', { className: 'person', ariaHidden: 'true' })
      if (color !== null) dot.style.setProperty('--person', color)
      const details = element(
        'details',
        { open: open.has(String(clientId)) },
        element(
          'summary',
          {},
          dot,
          element('bdi', { textContent: name ?? 'No name' }),
          element('span', { className: 'quiet', textContent: ` client ${clientId}` })
        ),
        element('pre', { textContent: printableText(JSON.stringify(state, null, 2)) })
      )
      details.dataset['client'] = String(clientId)
      return element('li', {}, details)
    }),
    ...(clients.length > maxShown
      ? [element('li', { className: 'quiet', textContent: `and ${clients.length - maxShown} more` })]
      : [])
  )
}

/** Most editors say `{ user: { name, color } }`; some put that at the top. */
function describe (state: unknown): { name: string | null, color: string | null } {
  const top = asRecord(state)
  const user = 'user' in top ? asRecord(top['user']) : top
  const { name, color } = user
  return {
    name: typeof name === 'string' && name.trim() !== '' ? printable(name.trim()) : null,
    color: typeof color === 'string' && /^#[0-9a-f]{6}$/i.test(color) ? color : null
  }
}

function asRecord (value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? value as Record<string, unknown> : {}
}

/** Of a text of several lines only the lines stay as they are. */
function printableText (text: string): string {
  return text.split('\n').map(printable).join('\n')
}
