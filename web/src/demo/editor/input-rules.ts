import { inputRules, textblockTypeInputRule, wrappingInputRule } from 'prosemirror-inputrules'
import type { Plugin } from 'prosemirror-state'
import { schema } from './schema'

const { heading, code_block: codeBlock, blockquote, bullet_list: bulletList, ordered_list: orderedList } = schema.nodes

/** What people who know Markdown type at the start of a line. */
export function typingRules (): Plugin {
  return inputRules({
    rules: [
      textblockTypeInputRule(/^(#{1,3})\s$/, heading!, (match) => ({ level: match[1]!.length })),
      textblockTypeInputRule(/^```$/, codeBlock!),
      wrappingInputRule(/^\s*>\s$/, blockquote!),
      wrappingInputRule(/^\s*[-*]\s$/, bulletList!),
      wrappingInputRule(/^\s*1[.)]\s$/, orderedList!)
    ]
  })
}
