-- Write one message: answer a repeated id, check the quota, give it a seq, keep it, move the deadline, publish it.
-- KEYS: idempotency record, usage hash, seq counter, message stream, wait hash
-- ARGV: 1 channel  2 origin (connection)  3 conversation  4 writer  5 role  6 id  7 body  8 at (RFC 3339)  9 now (ms)
--       10 open today (1 or 0)  11 week  12 messages a week (-1: without limit)  13 due at (ms)
-- Returns {"accepted", seq, at} or {"refused", reason, ""}.
local earlier = redis.call('GET', KEYS[1])
if earlier then
  local seq, at = string.match(earlier, '^(%d+) (.+)$')
  return {'accepted', tonumber(seq), at}
end
if ARGV[5] == 'member' then
  local used = tonumber(redis.call('HGET', KEYS[2], ARGV[11]) or '0')
  local limit = tonumber(ARGV[12])
  if limit >= 0 and used >= limit then
    return {'refused', 'messages_used', ''}
  end
  if ARGV[10] ~= '1' then
    return {'refused', 'closed', ''}
  end
  if limit >= 0 then
    redis.call('HINCRBY', KEYS[2], ARGV[11], 1)
  end
end
local seq = redis.call('INCR', KEYS[3])
redis.call('SET', KEYS[1], seq .. ' ' .. ARGV[8], 'NX', 'EX', 172800)
redis.call('XADD', KEYS[4], seq .. '-0', 'from', ARGV[4], 'role', ARGV[5], 'at', ARGV[8], 'id', ARGV[6], 'body', ARGV[7])
if ARGV[5] == 'member' then
  redis.call('HSETNX', KEYS[5], 'waiting_since', ARGV[9])
  redis.call('HSET', KEYS[5], 'due_at', ARGV[13])
else
  redis.call('DEL', KEYS[5])
end
redis.call('PUBLISH', ARGV[1], ARGV[2] .. ' ' .. cjson.encode({
  type = 'message', conversation = ARGV[3], seq = seq, from = ARGV[4], role = ARGV[5], at = ARGV[8], id = ARGV[6],
  body = ARGV[7]
}))
return {'accepted', seq, ARGV[8]}
