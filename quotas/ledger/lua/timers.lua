-- Timers: set for an instant, claimed when they ring, cleared once what they rang for is done. One is named by its kind
-- and a name, `<kind>:<name>`, and stands in the partition of the conversation that it belongs to.

local CLAIMED = 0.5 -- ms: that fraction tells a timer that somebody is at work on from one that was set

local function kind_of(timer) return timer:match('^(%l+):') or '' end

-- The words of ARGV from `first` on, as a set.
local function kinds_from(ARGV, first)
    local kinds = {}
    for place = first, #ARGV do kinds[ARGV[place]] = true end
    return kinds
end

-- Whoever sleeps until the next timer rings must hear of one before it. What has rung makes nobody sleep.
local function say_if_first(timers, tag, at)
    local beyond = '(' .. text(store_time())
    local next = redis.call('ZRANGEBYSCORE', timers, beyond, '+inf', 'WITHSCORES', 'LIMIT', 0, 1)[2]
    if not next or at < tonumber(next) then say_rings(tag, at) end
end

local function set_timer(tag, kind, name, at)
    local timers = tag .. ':timers'
    say_if_first(timers, tag, at)
    redis.call('ZADD', timers, at, kind .. ':' .. name)
end

-- One that rings earlier already stays.
local function set_earlier(tag, kind, name, at)
    local timers = tag .. ':timers'
    say_if_first(timers, tag, at)
    redis.call('ZADD', timers, 'LT', at, kind .. ':' .. name)
end

local function clear_timer(tag, kind, name) redis.call('ZREM', tag .. ':timers', kind .. ':' .. name) end

-- KEYS: the timers of a partition
-- ARGV: kind, name, the instant at which it rings
local function ring_at(KEYS, ARGV)
    set_timer(KEYS[1]:match('^({%d+})'), ARGV[1], ARGV[2], tonumber(ARGV[3]))
    return 1
end

-- KEYS: the timers of a partition
-- ARGV: kind, name, the instant at which it rings at the latest, 1 where whoever claimed it sets it
-- One that rings earlier already stays. One that somebody is at work on rings again after the lease at the latest, set
-- anew: what has come up since is not cleared with what was done. Whoever did that knows better, and sets it for later.
local function ring_by(KEYS, ARGV)
    local tag, timer, at = KEYS[1]:match('^({%d+})'), ARGV[1] .. ':' .. ARGV[2], tonumber(ARGV[3])
    local set = tonumber(redis.call('ZSCORE', KEYS[1], timer) or 'inf')
    local is_claimed = set % 1 == CLAIMED
    if is_claimed and ARGV[4] ~= '1' then at = math.min(at, set - CLAIMED) end
    if is_claimed or at < set then set_timer(tag, ARGV[1], ARGV[2], at) end
    return 1
end

-- KEYS: the timers of a partition
-- ARGV: shift, lease in ms, most, kinds that the caller handles
-- Nothing rings by a clock of which the caller has not heard yet: who is connected is told of the new clock first.
-- Claims timers of these kinds that have rung: each rings again after the lease, unless it is set anew or cleared. Others
-- are passed over. Returns now, the instant at which the claimed ones ring again, when the next timer rings (0: there is
-- none), the claimed ones, and the kinds that were passed over.
local function claim(KEYS, ARGV)
    local heard = tonumber(ARGV[1])
    local now = store_time() + math.min(heard, shift_of(KEYS[1], heard))
    local again, most, known = now + tonumber(ARGV[2]) + CLAIMED, tonumber(ARGV[3]), kinds_from(ARGV, 4)
    local claimed, passed, foreign, is_more = {}, 0, {}, true
    while is_more and #claimed < most do
        local rung = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', passed, most - #claimed)
        is_more = #rung == most - #claimed
        for _, timer in ipairs(rung) do
            if known[kind_of(timer)] then
                redis.call('ZADD', KEYS[1], again, timer)
                claimed[#claimed + 1] = timer
            else
                foreign[kind_of(timer)] = true
                passed = passed + 1
            end
        end
    end
    local next = redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. text(now), '+inf', 'WITHSCORES', 'LIMIT', 0, 1)[2] or 0
    local others = {}
    for kind in pairs(foreign) do others[#others + 1] = kind end
    return {text(now), string.format('%.1f', again), text(math.ceil(next)), claimed, others}
end

-- KEYS: the timers of a partition
-- ARGV: the instant at which they ring again, as `claim` said; timers
-- What they rang for is done: they are cleared, but those that were set anew meanwhile. Returns how many were cleared.
local function done(KEYS, ARGV)
    local cleared = 0
    for place = 2, #ARGV do
        if tonumber(redis.call('ZSCORE', KEYS[1], ARGV[place]) or 0) == tonumber(ARGV[1]) then
            cleared = cleared + redis.call('ZREM', KEYS[1], ARGV[place])
        end
    end
    return cleared
end

redis.register_function('ring_at_@VERSION@', ring_at)
redis.register_function('ring_by_@VERSION@', ring_by)
redis.register_function('claim_@VERSION@', claim)
redis.register_function('done_@VERSION@', done)
