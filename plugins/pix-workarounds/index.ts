/**
 * pix-workarounds: speaks so that servers behind an old Cisco PIX firewall understand.
 * Postfix: smtp_pix_workarounds, smtp_pix_workaround_maps, smtp_pix_workaround_threshold_time, smtp_pix_workaround_delay_time.
 */
import { declare, definePlugin, type Features, list, type PeerFacts, splitList, type Table, time } from '#postern'

export const PIX = declare('plugin:pix-workarounds', {
  smtp_pix_workarounds: list(
    'disable_esmtp, delay_dotcrlf',
    'What is done for servers behind a PIX firewall: `disable_esmtp` says HELO, `delay_dotcrlf` waits before the final dot.',
  ),
  smtp_pix_workaround_maps: list('', 'Tables from server address to the work-arounds for that server.'),
  smtp_pix_workaround_threshold_time: time('500s', 'Age of a message from which `delay_dotcrlf` is used.'),
  smtp_pix_workaround_delay_time: time('10s', 'Pause before the final dot.'),
})

/** The firewall hides the greeting behind asterisks; only the characters of `220 ` come through, and some digits. */
const HIDDEN = /^[20 *]*$/

export default definePlugin({
  name: 'pix-workarounds',
  stages: ['deliver', 'use'],
  parameters: PIX,
  async setup(_options, { parameters, tables, clock, log, emit }) {
    const values = parameters.values(PIX)
    const maps = await Promise.all(values.smtp_pix_workaround_maps.map((spec) => tables.open(spec)))
    const everywhere = values.smtp_pix_workarounds.map((word) => word.toLowerCase())
    checkWords(everywhere, 'smtp_pix_workarounds', (text) => log.warn(text))

    /** The work-arounds that fit this server and this message. */
    function chosen({ host, envelope }: PeerFacts): string[] {
      const words = lookup(maps, host.address, (text) => log.warn(text)) ?? everywhere
      const isOld = clock.now() - envelope.arrived >= values.smtp_pix_workaround_threshold_time
      return words.filter((word) => WORDS.has(word) && (word !== 'delay_dotcrlf' || isOld))
    }

    return {
      'smtp.features'(features, peer) {
        if (!HIDDEN.test(peer.banner)) return undefined
        const words = chosen(peer)
        if (peer.ehlo === undefined) {
          const { name, address, port } = peer.host
          const message = `enabling PIX workarounds: ${words.join(' ')} for ${name}[${address}]:${port}`
          emit({ type: 'peer', transport: peer.destination.transport, queueId: peer.envelope.id, message })
        }
        const delay = values.smtp_pix_workaround_delay_time
        return Object.assign({ ...features }, ...words.map((word) => WORDS.get(word)?.(delay))) as Features
      },
    }
  },
})

const WORDS: ReadonlyMap<string, (delay: number) => Partial<Features>> = new Map<string, (delay: number) => Partial<Features>>([
  ['disable_esmtp', () => ({ helo: true })],
  ['delay_dotcrlf', (delay) => ({ delayDot: delay, separateDot: true })],
])

function checkWords(words: readonly string[], source: string, warn: (text: string) => void): void {
  for (const word of words) if (!WORDS.has(word)) warn(`unknown ${source} word: ${word}`)
}

/** What the tables say of an address. Features are decided at once, so tables on the network can not be asked. */
function lookup(maps: readonly Table[], address: string, warn: (text: string) => void): string[] | undefined {
  for (const table of maps) {
    const found = table.lookup(address)
    if (found === undefined) continue
    if (typeof found === 'string') {
      const words = splitList(found).map((word) => word.toLowerCase())
      checkWords(words, 'smtp_pix_workaround_maps', warn)
      return words
    }
    found.catch(() => {})
    warn(`smtp_pix_workaround_maps: ${table.spec} is on the network and can not be used here`)
  }
  return undefined
}
