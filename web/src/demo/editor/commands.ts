import { lift, setBlockType, wrapIn } from 'prosemirror-commands'
import type { MarkType, NodeType } from 'prosemirror-model'
import { liftListItem, wrapRangeInList } from 'prosemirror-schema-list'
import type { Command, EditorState, Transaction } from 'prosemirror-state'
import { liftTarget } from 'prosemirror-transform'
import { schema } from './schema'

const { paragraph, blockquote, bullet_list: bulletList, ordered_list: orderedList, list_item: listItem } = schema.nodes

/** Makes the chosen blocks headings, code …; plain text again if they are that already. */
export function toggleBlock (type: NodeType, attrs: Record<string, unknown> = {}): Command {
  return (state, dispatch) => isBlock(state, type, attrs)
    ? setBlockType(paragraph!)(state, dispatch)
    : setBlockType(type, attrs)(state, dispatch)
}

/** Puts the chosen blocks into a list, changes the kind of the list that they are in, or takes them out of it. */
export function toggleList (type: NodeType): Command {
  return (state, dispatch) => {
    const list = listAround(state)
    if (list === null) return wrapIntoList(state, type, dispatch)
    if (list.type === type) return liftListItem(listItem!)(state, dispatch)
    dispatch?.(state.tr.setNodeMarkup(list.pos, type).scrollIntoView())
    return true
  }
}

/** A list item begins with plain text, so headings and code become that first. */
function wrapIntoList (state: EditorState, type: NodeType, dispatch?: (tr: Transaction) => void): boolean {
  const { from, to } = state.selection
  const tr = state.tr.setBlockType(from, to, paragraph!)
  const range = tr.selection.$from.blockRange(tr.selection.$to)
  if (range === null || !wrapRangeInList(tr, range, type)) return false
  dispatch?.(tr.scrollIntoView())
  return true
}

/** Puts the chosen blocks into a quotation or takes them out of the one that they are in. */
export const toggleQuote: Command = (state, dispatch) => {
  const { $from, $to } = state.selection
  if (!isInside(state, blockquote!)) return wrapIn(blockquote!)(state, dispatch)
  const range = $from.blockRange($to, (node) => node.type === blockquote)
  const target = range === null ? null : liftTarget(range)
  if (range === null || target === null) return lift(state, dispatch)
  dispatch?.(state.tr.lift(range, target).scrollIntoView())
  return true
}

/** Backspace at the start of a heading or of code makes it plain text before it joins anything. */
export const plainAtStart: Command = (state, dispatch, view) => {
  const { empty, $from } = state.selection
  const atStart = empty && (view === undefined ? $from.parentOffset === 0 : view.endOfTextblock('backward', state))
  return atStart && $from.parent.type !== paragraph && setBlockType(paragraph!)(state, dispatch)
}

export function isBlock (state: EditorState, type: NodeType, attrs: Record<string, unknown> = {}): boolean {
  return state.selection.$from.parent.hasMarkup(type, attrs)
}

export function isInside (state: EditorState, type: NodeType): boolean {
  const { $from } = state.selection
  for (let depth = $from.depth; depth > 0; depth--) {
    if ($from.node(depth).type === type) return true
  }
  return false
}

export function isList (state: EditorState, type: NodeType): boolean {
  return listAround(state)?.type === type
}

export function isMarked (state: EditorState, type: MarkType): boolean {
  const { empty, $from, from, to } = state.selection
  return empty
    ? type.isInSet(state.storedMarks ?? $from.marks()) !== undefined
    : state.doc.rangeHasMark(from, to, type)
}

function listAround ({ selection: { $from } }: EditorState): { type: NodeType, pos: number } | null {
  for (let depth = $from.depth; depth > 0; depth--) {
    const { type } = $from.node(depth)
    if (type === bulletList || type === orderedList) return { type, pos: $from.before(depth) }
  }
  return null
}
