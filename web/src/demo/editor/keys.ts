import { baseKeymap, chainCommands, exitCode } from 'prosemirror-commands'
import { undoInputRule } from 'prosemirror-inputrules'
import { keymap } from 'prosemirror-keymap'
import { liftListItem, sinkListItem, splitListItem } from 'prosemirror-schema-list'
import { type Command, Plugin, Selection, TextSelection } from 'prosemirror-state'
import { redoCommand, undoCommand } from 'y-prosemirror'
import { actions } from './actions'
import { plainAtStart } from './commands'
import { schema } from './schema'

const { hard_break: hardBreak, list_item: listItem, code_block: codeBlock, paragraph } = schema.nodes

const insertBreak: Command = chainCommands(exitCode, (state, dispatch) => {
  dispatch?.(state.tr.replaceSelectionWith(hardBreak!.create()).scrollIntoView())
  return true
})

/** The editor's own "all" holds blocks, not text, and what lists and quotes do begins at text. */
const selectAllText: Command = (state, dispatch) => {
  const { $from } = Selection.atStart(state.doc)
  const { $to } = Selection.atEnd(state.doc)
  dispatch?.(state.tr.setSelection(TextSelection.between($from, $to)))
  return true
}

/** Down from the last line of code that ends the text: otherwise nobody could write below it. */
const leaveCode: Command = (state, dispatch, view) => {
  const { $head, empty } = state.selection
  const isLast = $head.parent.type === codeBlock && $head.after() === state.doc.content.size
  return isLast && empty && view?.endOfTextblock('down') === true && exitCode(state, dispatch)
}

/** What the keys do that are not in the toolbar, and what those do that are. */
export function keys (): Plugin[] {
  return [
    tabKeys(),
    keymap({
      ...Object.fromEntries(actions.map(({ key, command }) => [key, command])),
      'Mod-y': redoCommand,
      'Mod-a': selectAllText,
      Enter: splitListItem(listItem!),
      'Shift-Enter': insertBreak,
      'Mod-Enter': insertBreak,
      Backspace: chainCommands(undoInputRule, plainAtStart),
      ArrowDown: leaveCode
    }),
    keymap(baseKeymap),
    // "Undo" in a phone's or a browser's own menu.
    new Plugin({
      props: {
        handleDOMEvents: {
          beforeinput: (view, event) => {
            const command = { historyUndo: undoCommand, historyRedo: redoCommand }[event.inputType]
            if (command === undefined) return false
            event.preventDefault()
            command(view.state, view.dispatch)
            return true
          }
        }
      }
    })
  ]
}

/**
 * Tab moves list items in and out. Escape gives the next Tab back to the page, so that nobody who works with keys is
 * caught in a list.
 */
function tabKeys (): Plugin {
  const sink = sinkListItem(listItem!)
  const lift = liftListItem(listItem!)
  let released = false
  return new Plugin({
    props: {
      handleKeyDown: (view, { key, shiftKey, altKey, ctrlKey, metaKey }) => {
        if (key === 'Shift') return false
        const mine = key === 'Tab' && !released && !altKey && !ctrlKey && !metaKey
        released = key === 'Escape'
        return mine && (shiftKey ? lift : sink)(view.state, view.dispatch)
      },
      // A press below a last block that is no paragraph starts one.
      handleClick: (view, _pos, event) => {
        const { lastChild } = view.state.doc
        const below =
          event.target === view.dom &&
          view.dom.lastElementChild !== null &&
          event.clientY > view.dom.lastElementChild.getBoundingClientRect().bottom
        if (!below || lastChild?.type === paragraph) return false
        view.dispatch(view.state.tr.insert(view.state.doc.content.size, paragraph!.create()).scrollIntoView())
        return false
      }
    }
  })
}
