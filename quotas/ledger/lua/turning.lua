-- The clock of a demo's or test's store is moved ahead, partition by partition.

-- KEYS: of a partition its timers, its open waits, the deadline up to which they are armed
-- Returns whether anything is due by `now`, or is in the hands of whoever claimed it for `lease` ms, and when the next
-- thing falls due after that (0: nothing does). To arm a far deadline is such a thing, while its warnings are ahead.
-- Timers of kinds that are not `known` are stopped at, and not waited for: nobody may know what they are for.
local function coming(KEYS, now, lease, known)
    local rung = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now + lease + CLAIMED, 'WITHSCORES')
    local is_busy, next = false, 0
    for place = 2, #rung, 2 do
        local at = tonumber(rung[place])
        if at <= now or at % 1 == CLAIMED then
            is_busy = is_busy or known[kind_of(rung[place - 1])]
        elseif next == 0 then
            next = at
        end
    end
    if next == 0 then
        local beyond = string.format('(%.1f', now + lease + CLAIMED)
        next = tonumber(redis.call('ZRANGEBYSCORE', KEYS[1], beyond, '+inf', 'WITHSCORES', 'LIMIT', 0, 1)[2] or 0)
    end
    local armed = redis.call('GET', KEYS[3]) or 0
    local far = redis.call('ZRANGEBYSCORE', KEYS[2], '(' .. armed, '(inf', 'WITHSCORES', 'LIMIT', 0, 1)[2]
    if far then
        local arm_at = far - HORIZON + STEP
        if arm_at <= now then is_busy = true elseif next == 0 or arm_at < next then next = arm_at end
    end
    return is_busy or false, next
end

-- KEYS: of a partition its timers, its open waits, the deadline up to which they are armed, the shift of its clock
-- ARGV: shift, that to move to, the instant that the clock shows then, for how many ms timers are claimed,
-- the kinds of timers that are waited for
-- Moves the clock ahead, unless something is under way or would be passed over.
-- Returns now, 1 where something is due or under way (else 0), and when the next thing falls due (0: nothing does).
local function turn(KEYS, ARGV)
    local shift, wanted, to = shift_of(KEYS[1], tonumber(ARGV[1])), tonumber(ARGV[2]), tonumber(ARGV[3])
    local lease, known = tonumber(ARGV[4]), kinds_from(ARGV, 5)
    local now = store_time() + shift
    local is_busy, next = coming(KEYS, now, lease, known)
    if wanted > shift and not is_busy and (next == 0 or to <= next) then
        redis.call('SET', KEYS[4], text(wanted))
        now = now + wanted - shift
        is_busy, next = coming(KEYS, now, lease, known)
    end
    return {tostring(now), is_busy and 1 or 0, text(next)}
end

-- KEYS: what holds for the whole store, channel
-- ARGV: shift, what to say
-- Keeps how far the clock was moved, for whoever starts later and for what no partition has; and says so to whoever
-- serves. Returns how many those are.
local function turned(KEYS, ARGV)
    local shift = tonumber(redis.call('HGET', KEYS[1], 'shift') or 0)
    if tonumber(ARGV[1]) > shift then redis.call('HSET', KEYS[1], 'shift', ARGV[1]) end
    return say_moved(KEYS[2], ARGV[2])
end

redis.register_function('turn_@VERSION@', turn)
redis.register_function('turned_@VERSION@', turned)
