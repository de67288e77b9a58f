/** What takes the input while no command is expected. */

import type { MaybePromise } from '../lookup/maybe.ts'
import type { LineReader } from '../protocol/line.ts'
import type { Reply } from '../reply.ts'

export interface Receiver {
  /**
   * Takes what input there is. True: it has all that it waited for; what it did not take stays in the reader. A promise
   * means: no more input before it resolves.
   */
  take(reader: LineReader): MaybePromise<boolean>
  /** The reply to what was taken; LMTP has one for each recipient. */
  finish(): MaybePromise<Reply | readonly Reply[]>
  /** `DATA (12 bytes)`, for logs about a connection that ended here. */
  readonly where: string
}
