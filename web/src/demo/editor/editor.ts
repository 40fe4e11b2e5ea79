import { EditorState } from 'prosemirror-state'
import { EditorView } from 'prosemirror-view'
import { ySyncPlugin, yUndoPlugin } from 'y-prosemirror'
import type * as Y from 'yjs'
import type { Connection } from '../connection'
import type { Carets } from './carets'
import { typingRules } from './input-rules'
import { keys } from './keys'
import { placeholder } from './placeholder'
import { schema } from './schema'
import { toolbar } from './toolbar'

/** The editor, bound to `text`. The Yjs undo manager takes back only what was typed here. */
export function createEditor (
  mount: HTMLElement,
  bar: HTMLElement,
  text: Y.XmlFragment,
  connection: Connection,
  carets: Carets
): EditorView {
  const hint = (): string =>
    connection.everSynced || connection.state.kind !== 'connecting'
      ? 'Start typing. Send the link to others, and they type along.'
      : 'Loading the document…'
  const view = new EditorView(
    { mount },
    {
      state: EditorState.create({
        schema,
        plugins: [
          ySyncPlugin(text),
          ...carets.plugins(),
          yUndoPlugin(),
          typingRules(),
          ...keys(),
          toolbar(bar),
          placeholder(hint)
        ]
      }),
      attributes: {
        role: 'textbox',
        'aria-multiline': 'true',
        'aria-label': 'Text of the document',
        spellcheck: 'true'
      }
    }
  )
  // The hint in an empty text depends on the connection.
  connection.watch(() => view.dispatch(view.state.tr))
  return view
}
