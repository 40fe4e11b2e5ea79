import { ListItemNode, ListNode } from '@lexical/list'
import { LexicalCollaboration } from '@lexical/react/LexicalCollaborationContext'
import { CollaborationPlugin } from '@lexical/react/LexicalCollaborationPlugin'
import { LexicalComposer } from '@lexical/react/LexicalComposer'
import { useLexicalComposerContext } from '@lexical/react/LexicalComposerContext'
import { ContentEditable } from '@lexical/react/LexicalContentEditable'
import { LexicalErrorBoundary } from '@lexical/react/LexicalErrorBoundary'
import { ListPlugin } from '@lexical/react/LexicalListPlugin'
import { RichTextPlugin } from '@lexical/react/LexicalRichTextPlugin'
import { TablePlugin } from '@lexical/react/LexicalTablePlugin'
import { HeadingNode, QuoteNode } from '@lexical/rich-text'
import { TableCellNode, TableNode, TableRowNode } from '@lexical/table'
import { DecoratorNode } from 'lexical'
import { createElement } from 'react'
import { createRoot } from 'react-dom/client'
import { offer } from './page.mjs'

/** Lexical leaves images to applications; this is the least that one has. */
class ImageNode extends DecoratorNode {
  __src

  static getType () { return 'image' }

  static clone (node) { return new ImageNode(node.__src, node.__key) }

  static importJSON ({ src }) { return new ImageNode(src) }

  constructor (src = '', key) {
    super(key)
    this.__src = src
  }

  exportJSON () { return { ...super.exportJSON(), src: this.__src } }

  createDOM () { return document.createElement('span') }

  updateDOM () { return false }

  decorate () { return createElement('img', { alt: this.__src }) }
}

const nodes = [HeadingNode, QuoteNode, ListNode, ListItemNode, TableNode, TableRowNode, TableCellNode, ImageNode]

offer((element, doc, awareness) => new Promise((resolve) => {
  let editor
  // The binding connects its provider when it listens to the document. The test connects the real one when it is time.
  const connect = () => resolve(() => editor.getEditorState().toJSON())
  const provider = { awareness, connect, disconnect () {}, on () {}, off () {} }
  const providerFactory = (id, docs) => {
    docs.set(id, doc)
    return provider
  }
  const Taken = () => {
    editor = useLexicalComposerContext()[0]
    return null
  }
  const onError = (error) => { throw error }
  const contentEditable = createElement(ContentEditable)
  createRoot(element).render(
    createElement(LexicalCollaboration, null,
      createElement(LexicalComposer, { initialConfig: { namespace: 'reader', nodes, editorState: null, onError } },
        createElement(Taken),
        createElement(RichTextPlugin, { contentEditable, ErrorBoundary: LexicalErrorBoundary }),
        createElement(ListPlugin),
        createElement(TablePlugin),
        createElement(CollaborationPlugin, { id: 'main', providerFactory, shouldBootstrap: false }))))
}))
