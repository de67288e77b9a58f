/** Pages of LMDB's data format 1, as 64-bit little-endian machines write them. Pure; every offset is checked. */

/** Octets of a meta page that matter. */
export const META_LENGTH = 152

const MAGIC = 0xbeefc0de
const NO_PAGE = 0xffffffffffffffffn
/** Page header; page flags. */
const HEAD = 16
const [BRANCH, LEAF] = [1, 2]
/** Node header; node flags: the value is on pages of its own, is a database, is a set of values. */
const NODE = 8
const [BIG, SUBDATABASE, DUPLICATES] = [1, 2, 4]
/** Database flags that change the order of keys or the form of values: reverse keys, several values, integer keys. */
const UNUSUAL = 0x02 | 0x04 | 0x08

/** What a meta page says of the file's newest or second newest state. */
export interface Meta {
  readonly pageSize: number
  readonly transaction: bigint
  readonly entries: number
  /** Undefined when there are no entries. */
  readonly root: number | undefined
}

/** A meta page; undefined when this is none. @throws Error when the file is of a kind that can not be read */
export function metaOf(page: Buffer): Meta | undefined {
  if (page.length < META_LENGTH || page.readUInt32LE(16) !== MAGIC) return undefined
  const version = page.readUInt32LE(20)
  if (version !== 1) throw new Error(`LMDB data format ${version} is not supported, only 1 is`)
  const pageSize = page.readUInt32LE(40)
  if (pageSize < 256 || pageSize > 65536) throw new Error(`the file is damaged: page size ${pageSize}`)
  if ((page.readUInt16LE(92) & UNUSUAL) !== 0)
    throw new Error('databases with integer keys, reverse keys or duplicates are not supported')
  const root = page.readBigUInt64LE(128)
  return {
    pageSize,
    transaction: page.readBigUInt64LE(144),
    entries: Number(page.readBigUInt64LE(120)),
    root: root === NO_PAGE ? undefined : Number(root),
  }
}

export const isBranch = (page: Buffer): boolean => (page.readUInt16LE(10) & BRANCH) !== 0

/** The first node whose key is not less than `key`. The first key of a branch page counts as less than any. @throws Error */
export function find(page: Buffer, key: Buffer): { readonly index: number; readonly isEqual: boolean } {
  const flags = page.readUInt16LE(10)
  if ((flags & ~0x10) !== BRANCH && (flags & ~0x10) !== LEAF) throw new Error('the file is damaged: no such kind of page')
  let low = (flags & BRANCH) === 0 ? 0 : 1
  let high = countOf(page)
  while (low < high) {
    const middle = (low + high) >>> 1
    const order = keyAt(page, middle).compare(key)
    if (order === 0) return { index: middle, isEqual: true }
    if (order < 0) low = middle + 1
    else high = middle
  }
  return { index: low, isEqual: false }
}

/** The page that a branch node refers to. */
export function branchChild(page: Buffer, index: number): number {
  const node = nodeAt(page, index)
  return page.readUInt16LE(node) + page.readUInt16LE(node + 2) * 0x10000 + page.readUInt16LE(node + 4) * 0x100000000
}

/** The value of a leaf node, or where it is. */
export function leafValue(
  page: Buffer,
  index: number,
): Buffer | { readonly page: number; readonly skip: number; readonly length: number } {
  const node = nodeAt(page, index)
  const length = page.readUInt16LE(node) + page.readUInt16LE(node + 2) * 0x10000
  const flags = page.readUInt16LE(node + 4)
  if ((flags & (SUBDATABASE | DUPLICATES)) !== 0) throw new Error('the entry is a database of its own')
  const start = node + NODE + page.readUInt16LE(node + 6)
  if ((flags & BIG) === 0) return within(page, start, length)
  return { page: Number(within(page, start, 8).readBigUInt64LE(0)), skip: HEAD, length }
}

/** How many nodes a page has: two octets for each stand between the header and `lower`. */
function countOf(page: Buffer): number {
  const lower = page.readUInt16LE(12)
  if (lower < HEAD || lower > page.length) throw new Error('the file is damaged: page bounds')
  return (lower - HEAD) >>> 1
}

function nodeAt(page: Buffer, index: number): number {
  if (index < 0 || index >= countOf(page)) throw new Error('the file is damaged: no such node')
  const node = page.readUInt16LE(HEAD + index * 2)
  if (node + NODE > page.length) throw new Error('the file is damaged: node bounds')
  return node
}

function keyAt(page: Buffer, index: number): Buffer {
  const node = nodeAt(page, index)
  return within(page, node + NODE, page.readUInt16LE(node + 6))
}

function within(page: Buffer, start: number, length: number): Buffer {
  if (start + length > page.length) throw new Error('the file is damaged: node bounds')
  return page.subarray(start, start + length)
}
