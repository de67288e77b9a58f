/**
 * Steps that stand together and wait for others (DNS lists): when one begins to wait, those after it are told to begin too. Their
 * answers still count in order, one after the other.
 */
import type { AccessRequest } from '../facts.ts'
import type { Handlers } from '../plugin.ts'

type Access = NonNullable<Handlers['access']>

/** One step of a row: how it begins, and whether it is for this request at all. */
interface Member {
  readonly prepare: (request: AccessRequest) => void
  readonly when: ((subject: unknown) => boolean) | undefined
}

/** The steps of one list, as they are mounted in order. */
export class Rows {
  #members: Member[] = []

  /** The next step's handlers, as they are to be mounted. */
  join({ access, prepare, ...rest }: Handlers, when?: (subject: unknown) => boolean): Handlers {
    return access === undefined ? rest : { ...rest, access: this.next(access, prepare, when) }
  }

  /** The next step: what asks it, and whatever is to begin with it. */
  next(access: Access, prepare: Handlers['prepare'], when?: (subject: unknown) => boolean): Access {
    if (prepare === undefined) {
      this.#members = []
      return access
    }
    const members = this.#members
    const after = members.push({ prepare, when })
    return (request) => {
      const answer = access(request)
      if (answer instanceof Promise && after < members.length) begin(members, after, request)
      return answer
    }
  }
}

function begin(members: readonly Member[], from: number, request: AccessRequest): void {
  for (let i = from; i < members.length; i++) {
    const member = members[i]
    try {
      if (member !== undefined && (member.when === undefined || member.when(request))) member.prepare(request)
    } catch {
      // No fault of the step that waits; the one that fails here has its own turn, and is told of then.
    }
  }
}
