/** All attacks, in the order in which they are made. */
import type { Attack } from './arena.ts'
import { CONTENT } from './attacks/content.ts'
import { FLOODS } from './attacks/floods.ts'
import { GARBAGE } from './attacks/garbage.ts'
import { OUTWARD } from './attacks/outward.ts'
import { SLOW } from './attacks/slow.ts'
import { SMUGGLING } from './attacks/smuggling.ts'
import { UNREAD } from './attacks/unread.ts'

export const ATTACKS: readonly Attack[] = [...SLOW, ...FLOODS, ...UNREAD, ...GARBAGE, ...CONTENT, ...SMUGGLING, ...OUTWARD]
