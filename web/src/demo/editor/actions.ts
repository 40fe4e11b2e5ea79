import { toggleMark } from 'prosemirror-commands'
import type { Command, EditorState } from 'prosemirror-state'
import { redoCommand, undoCommand } from 'y-prosemirror'
import { isBlock, isInside, isList, isMarked, toggleBlock, toggleList, toggleQuote } from './commands'
import type { IconName } from './icons'
import { schema } from './schema'

const { heading, code_block: codeBlock, blockquote, bullet_list: bulletList, ordered_list: orderedList } = schema.nodes
const { strong, em, strike, code } = schema.marks

/** What a button of the toolbar and a key do; the toolbar, the keymap and the list of keys are made from these. */
export interface Action {
  readonly id: string
  readonly label: string
  /** As ProseMirror writes keys: `Mod` is Command on a Mac and Control elsewhere. */
  readonly key: string
  readonly icon: IconName
  readonly command: Command
  /** Whether it is on where the cursor stands; absent for what cannot be on. */
  readonly isOn?: (state: EditorState) => boolean
  /** Starts a new group in the toolbar. */
  readonly startsGroup?: boolean
}

export const actions: readonly Action[] = [
  { id: 'undo', label: 'Undo', key: 'Mod-z', icon: 'undo', command: undoCommand },
  { id: 'redo', label: 'Redo', key: 'Mod-Shift-z', icon: 'redo', command: redoCommand },
  {
    id: 'bold',
    label: 'Bold',
    key: 'Mod-b',
    icon: 'bold',
    command: toggleMark(strong!),
    isOn: (state) => isMarked(state, strong!),
    startsGroup: true
  },
  {
    id: 'italic',
    label: 'Italic',
    key: 'Mod-i',
    icon: 'italic',
    command: toggleMark(em!),
    isOn: (state) => isMarked(state, em!)
  },
  {
    id: 'strike',
    label: 'Strike through',
    key: 'Mod-Shift-x',
    icon: 'strike',
    command: toggleMark(strike!),
    isOn: (state) => isMarked(state, strike!)
  },
  {
    id: 'code',
    label: 'Code',
    key: 'Mod-e',
    icon: 'code',
    command: toggleMark(code!),
    isOn: (state) => isMarked(state, code!)
  },
  headingAction(1, 'heading1', true),
  headingAction(2, 'heading2'),
  headingAction(3, 'heading3'),
  {
    id: 'bullets',
    label: 'Bullet list',
    key: 'Mod-Shift-8',
    icon: 'bullets',
    command: toggleList(bulletList!),
    isOn: (state) => isList(state, bulletList!),
    startsGroup: true
  },
  {
    id: 'numbers',
    label: 'Numbered list',
    key: 'Mod-Shift-7',
    icon: 'numbers',
    command: toggleList(orderedList!),
    isOn: (state) => isList(state, orderedList!)
  },
  {
    id: 'quote',
    label: 'Quote',
    key: 'Mod-Shift-9',
    icon: 'quote',
    command: toggleQuote,
    isOn: (state) => isInside(state, blockquote!)
  },
  {
    id: 'code-block',
    label: 'Code block',
    key: 'Mod-Alt-c',
    icon: 'codeBlock',
    command: toggleBlock(codeBlock!),
    isOn: (state) => isBlock(state, codeBlock!)
  }
]

function headingAction (level: 1 | 2 | 3, icon: IconName, startsGroup = false): Action {
  return {
    id: `heading-${level}`,
    label: `Heading ${level}`,
    key: `Mod-Alt-${level}`,
    icon,
    command: toggleBlock(heading!, { level }),
    isOn: (state) => isBlock(state, heading!, { level }),
    startsGroup
  }
}
