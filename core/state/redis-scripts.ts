/** What Redis does in one step, in Lua. Each script touches keys of one hash tag only, so that a cluster can run it. */

/** A script: `KEYS[1]` is its key; time is the server's, so that the clocks of gateways need not agree. */
interface Script {
  readonly numberOfKeys: number
  readonly lua: string
}

/** expected is given (1 or 0), expected, value, lifetime -> 1 or 0 */
const swap = `
local now = redis.call('GET', KEYS[1])
if ARGV[1] == '1' then
  if now ~= ARGV[2] then return 0 end
elseif now then return 0 end
redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[4])
return 1`

/** amount, window -> count */
const add = `
local count = redis.call('INCRBY', KEYS[1], ARGV[1])
if redis.call('PTTL', KEYS[1]) < 0 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return count`

/** rate, burst, tokens -> granted, tokens left as text */
const take = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local rate, burst, wanted = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local bucket = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local there = burst
if bucket[1] then there = math.min(burst, bucket[1] + math.max(0, now - bucket[2]) * rate / 1000) end
if there < wanted then return {0, tostring(there)} end
there = there - wanted
redis.call('HSET', KEYS[1], 'tokens', tostring(there), 'at', string.format('%d', now))
redis.call('PEXPIRE', KEYS[1], math.max(1, math.ceil((burst - there) * 1000 / rate)))
return {1, tostring(there)}`

/** holder, held, lifetime -> sum over the living */
const tally = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if tonumber(ARGV[2]) > 0 then
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[2] .. ' ' .. string.format('%d', now + ARGV[3]))
else redis.call('HDEL', KEYS[1], ARGV[1]) end
local all = redis.call('HGETALL', KEYS[1])
local sum, last = 0, 0
for i = 1, #all, 2 do
  local held, expires = string.match(all[i + 1], '^(%d+) (%d+)$')
  held, expires = tonumber(held), tonumber(expires)
  if expires <= now then redis.call('HDEL', KEYS[1], all[i])
  else
    sum = sum + held
    if expires > last then last = expires end
  end
end
if last > 0 then redis.call('PEXPIRE', KEYS[1], last - now) end
return sum`

export const SCRIPTS = {
  posternSwap: { numberOfKeys: 1, lua: swap },
  posternAdd: { numberOfKeys: 1, lua: add },
  posternTake: { numberOfKeys: 1, lua: take },
  posternTally: { numberOfKeys: 1, lua: tally },
} as const satisfies Record<string, Script>
