import { Plugin } from 'prosemirror-state'
import type { EditorView } from 'prosemirror-view'
import { yUndoPluginKey } from 'y-prosemirror'
import { element } from '../dom'
import { ariaKey, keyLabel } from '../shortcuts'
import { type Action, actions } from './actions'
import { makeIcon } from './icons'

/**
 * The toolbar, after the ARIA authoring practices: one stop for Tab, arrow keys inside. After an action the cursor is
 * in the text again. Buttons that can do nothing stay reachable, so that the focus does not get lost when the last
 * change is undone.
 */
export function toolbar (bar: HTMLElement): Plugin {
  return new Plugin({
    view: (view) => {
      const buttons = actions.map((action) => makeButton(action, view))
      bar.replaceChildren(...groups(buttons))
      setUpKeys(bar, buttons, view)
      const update = (): void => actions.forEach((action, index) => show(action, buttons[index]!, view))
      update()
      // The undo manager notes what it took back only after the editor shows it.
      const undoManager = yUndoPluginKey.getState(view.state)!.undoManager
      undoManager.on('stack-item-added', update)
      undoManager.on('stack-item-popped', update)
      return { update }
    },
    props: {
      handleKeyDown: (_view, { key, altKey }) => {
        if (key !== 'F10' || !altKey) return false
        bar.querySelector<HTMLElement>('[tabindex="0"]')!.focus()
        return true
      }
    }
  })
}

function makeButton ({ id, label, key, icon, command }: Action, view: EditorView): HTMLButtonElement {
  const button = element(
    'button',
    { type: 'button', className: 'tool', title: `${label} (${keyLabel(key)})`, ariaLabel: label },
    makeIcon(icon)
  )
  button.dataset['action'] = id
  button.setAttribute('aria-keyshortcuts', ariaKey(key))
  // The press must not take the focus, and with it the keyboard of a phone, away from the text.
  button.addEventListener('mousedown', (event) => event.preventDefault())
  button.addEventListener('click', () => {
    command(view.state, view.dispatch, view)
    view.focus()
  })
  return button
}

function groups (buttons: HTMLButtonElement[]): HTMLElement[] {
  const made: HTMLElement[] = []
  actions.forEach(({ startsGroup }, index) => {
    if (made.length === 0 || startsGroup) made.push(element('div', { className: 'tools' }))
    made.at(-1)!.append(buttons[index]!)
  })
  return made
}

function setUpKeys (bar: HTMLElement, buttons: HTMLButtonElement[], view: EditorView): void {
  const stopAt = (stop: HTMLButtonElement): void =>
    buttons.forEach((button) => {
      button.tabIndex = button === stop ? 0 : -1
    })
  stopAt(buttons[0]!)
  bar.addEventListener('focusin', ({ target }) => stopAt(target as HTMLButtonElement))
  bar.addEventListener('keydown', (event) => {
    const at = buttons.indexOf(event.target as HTMLButtonElement)
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 }[event.key]
    if (to !== undefined) buttons.at(to % buttons.length)!.focus()
    else if (event.key === 'Escape') view.focus()
    else return
    event.preventDefault()
  })
}

function show ({ command, isOn }: Action, button: HTMLButtonElement, { state }: EditorView): void {
  if (isOn !== undefined) button.ariaPressed = String(isOn(state))
  button.ariaDisabled = String(!command(state))
}
