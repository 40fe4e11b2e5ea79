import { byId, element } from './dom'
import { actions } from './editor/actions'
import { keyLabel } from './shortcuts'

const more: [string, string][] = [
  ['New line in the same paragraph', 'Shift-Enter'],
  ['List item further in or out', 'Tab / Shift-Tab'],
  ['From the text to the toolbar', 'Alt-F10'],
  ['From the toolbar to the text', 'Escape'],
  ['Out of the text from within a list', 'Escape, then Tab']
]

/** The dialog that lists the keys. */
export function setUpHelp (): void {
  const dialog = byId<HTMLDialogElement>('help-dialog')
  const rows: [string, string][] = [
    ...actions.map(({ label, key }): [string, string] => [label, keyLabel(key)]),
    ...more.map(([what, key]): [string, string] => [what, key.replaceAll('-', '+')])
  ]
  byId('help-keys').append(
    ...rows.map(([what, key]) =>
      element('div', {}, element('dt', { textContent: what }), element('dd', {}, element('kbd', { textContent: key })))
    )
  )
  byId('help').addEventListener('click', () => dialog.showModal())
}
