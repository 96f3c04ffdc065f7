-- Timers: set once a deadline is near, claimed when they ring, settled by what is noted.

local CLAIMED = 0.5 -- ms: that fraction tells a timer that somebody is at work on from one that was set
local STEP = 60000 -- 1 min in ms: `arm` goes on once it is behind by this; see ARM_EVERY

-- KEYS: of a partition its timers, its open waits, the deadline up to which they are armed
-- ARGV: shift, how many ms ahead of a deadline the first warning of any plan goes out (0: none does)
-- Sees to it that every wait with a deadline up to HORIZON ahead has a timer that rings in time for its first look:
-- those that came near since it last found any. Where it never did, or the clock was set back, all of them anew: what
-- was asked for since may be behind. Returns how many there were.
local function arm(KEYS, ARGV)
    local now = clock('', tonumber(ARGV[1]), KEYS[1])
    local armed, upto = tonumber(redis.call('GET', KEYS[3]) or 0), now + HORIZON
    if upto - STEP < armed and armed <= upto then return 0 end
    local anew = armed == 0 or armed > upto
    local beyond = anew and '-inf' or '(' .. armed
    local coming = redis.call('ZRANGEBYSCORE', KEYS[2], beyond, upto, 'WITHSCORES')
    for place = 1, #coming, 2 do
        -- One that has a timer keeps it, unless that rings later: set for an earlier wait, which is over.
        local wake = first_look(tonumber(coming[place + 1]), tonumber(ARGV[2]), now)
        redis.call('ZADD', KEYS[1], 'LT', wake, coming[place])
    end
    if anew or #coming > 0 then redis.call('SET', KEYS[3], upto) end -- else the next call looks again: nothing to write
    return #coming / 2
end

-- KEYS: the timers of a partition
-- ARGV: shift, lease in ms, most
-- Returns now and the conversations whose timers have rung; each rings again after the lease unless it is settled.
local function claim(KEYS, ARGV)
    local now = clock('', tonumber(ARGV[1]), KEYS[1])
    local rung = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, ARGV[3])
    for _, name in ipairs(rung) do redis.call('ZADD', KEYS[1], 'XX', now + tonumber(ARGV[2]) + CLAIMED, name) end
    return {tostring(now), rung}
end

-- KEYS: conversation, channel
-- ARGV: due (the deadline that was looked at), kind ('warning', 'missed' or 'none'), hours, next (0: no more timers), at
-- Notes a warning or a miss once, and sets the next timer. Returns 'gone' where no deadline is open, 'moved' where it
-- is another one, else 'noted' or 'known'.
local function settle(KEYS, ARGV)
    local tag, name = place_of(KEYS[1])
    local state = state_of(KEYS[1])
    local kind, next = ARGV[2], tonumber(ARGV[4])
    if not state or state.due_at == 0 or state.missed == 1 then
        redis.call('ZREM', tag .. ':timers', name)
        if state then
            state.timer = 0
            keep(KEYS[1], state)
        end
        return 'gone'
    end
    local since, due = state.waiting_since, state.due_at
    if due ~= tonumber(ARGV[1]) then return 'moved' end
    local outcome = 'known'
    if kind == 'missed' then
        outcome = 'noted'
        state.missed = 1
        redis.call('ZADD', tag .. ':missed', due, name)
        say_board(tag, name, since, due, 1)
    elseif kind == 'warning' then
        local warned_due, warned_hours = redis.call('HGET', KEYS[1], 'warned'):match('^(%S+) (%S+)$')
        if tonumber(warned_due) ~= due or tonumber(warned_hours) > tonumber(ARGV[3]) then
            outcome = 'noted'
            redis.call('HSET', KEYS[1], 'warned', due .. ' ' .. ARGV[3])
        end
    end
    if outcome == 'noted' then
        event(tag, kind, name, since, due, ARGV[5])
        unarchive(tag, name, ARGV[5])
        say_deadline(tag, name, kind, ARGV[3], due)
    end
    if next > 0 then
        redis.call('ZADD', tag .. ':timers', next, name)
    else
        redis.call('ZREM', tag .. ':timers', name)
    end
    state.timer = next
    keep(KEYS[1], state)
    return outcome
end

redis.register_function('arm_@VERSION@', arm)
redis.register_function('claim_@VERSION@', claim)
redis.register_function('settle_@VERSION@', settle)
