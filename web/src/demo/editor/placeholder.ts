import { Plugin } from 'prosemirror-state'
import { Decoration, DecorationSet } from 'prosemirror-view'
import { schema } from './schema'

/** Words in an empty text; asked for at every change of the editor's state. */
export function placeholder (words: () => string): Plugin {
  return new Plugin({
    props: {
      decorations: ({ doc }) => {
        const first = doc.firstChild
        if (
          doc.childCount !== 1 ||
          first === null ||
          first.type !== schema.nodes['paragraph'] ||
          first.content.size > 0
        )
          return null
        return DecorationSet.create(doc, [
          Decoration.node(0, first.nodeSize, { class: 'is-empty', 'data-placeholder': words() })
        ])
      }
    }
  })
}
