-- Reply deadlines: their timers are set once they are near, and settled by what is noted.

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
    local tag, anew = KEYS[1]:match('^({%d+})'), armed == 0 or armed > upto
    local beyond = anew and '-inf' or '(' .. armed
    local coming = redis.call('ZRANGEBYSCORE', KEYS[2], beyond, upto, 'WITHSCORES')
    for place = 1, #coming, 2 do
        -- One that has a timer keeps it, unless that rings later: set for an earlier wait, which is over.
        local wake = first_look(tonumber(coming[place + 1]), tonumber(ARGV[2]), now)
        set_earlier(tag, REPLY, coming[place], wake)
    end
    if anew or #coming > 0 then redis.call('SET', KEYS[3], upto) end -- else the next call looks again: nothing to write
    return #coming / 2
end

-- Take the conversation's timer away and return 'gone', where no deadline is open or its miss is noted already; return
-- 'moved' where another deadline is open than `due`; else nil, and the caller goes on with it.
local function gone_or_moved(key, state, due)
    if state and state.due_at > 0 and state.missed == 0 then return state.due_at ~= due and 'moved' or nil end
    local tag, name = place_of(key)
    clear_timer(tag, REPLY, name)
    if state then
        state.timer = 0
        keep(key, state)
    end
    return 'gone'
end

-- The open wait's next timer; 0 for none.
local function set_next(key, state, next)
    local tag, name = place_of(key)
    if next > 0 then set_timer(tag, REPLY, name, next) else clear_timer(tag, REPLY, name) end
    state.timer = next
    keep(key, state)
end

local function noted(key, kind, hours, state, at)
    local tag, name = place_of(key)
    event(tag, kind, name, state.waiting_since, state.due_at, at, ' ' .. hours)
    unarchive(tag, name, at)
    say_deadline(tag, name, kind, hours, state.due_at)
end

-- KEYS: conversation
-- ARGV: none
-- No deadline was found open. Returns 'gone', or 'moved' where one is by now.
local function let_go(KEYS, ARGV) return gone_or_moved(KEYS[1], state_of(KEYS[1]), 0) end

-- KEYS: conversation
-- ARGV: due (the deadline that was looked at), next
-- All that is due is noted: the timer rings again at `next`. Returns 'gone', 'moved' or 'known'.
local function look_again(KEYS, ARGV)
    local state = state_of(KEYS[1])
    local other = gone_or_moved(KEYS[1], state, tonumber(ARGV[1]))
    if other then return other end
    set_next(KEYS[1], state, tonumber(ARGV[2]))
    return 'known'
end

-- KEYS: conversation
-- ARGV: due (the deadline that was looked at), hours, at
-- Notes a warning once. The timer stays claimed until `look_again`: whoever is killed before that has it ring again.
-- Returns 'gone', 'moved', 'noted' or 'known'.
local function note_warning(KEYS, ARGV)
    local state = state_of(KEYS[1])
    local other = gone_or_moved(KEYS[1], state, tonumber(ARGV[1]))
    if other then return other end
    local due, hours = state.due_at, ARGV[2]
    local warned_due, warned_hours = redis.call('HGET', KEYS[1], 'warned'):match('^(%S+) (%S+)$')
    if tonumber(warned_due) == due and tonumber(warned_hours) <= tonumber(hours) then return 'known' end
    redis.call('HSET', KEYS[1], 'warned', due .. ' ' .. hours)
    noted(KEYS[1], 'warning', hours, state, ARGV[3])
    return 'noted'
end

-- KEYS: conversation
-- ARGV: due (the deadline that was looked at), at, next (0: there is nothing more to look at)
-- Notes the miss once. Returns 'gone', 'moved' or 'noted'.
local function note_miss(KEYS, ARGV)
    local state = state_of(KEYS[1])
    local other = gone_or_moved(KEYS[1], state, tonumber(ARGV[1]))
    if other then return other end
    local tag, name = place_of(KEYS[1])
    state.missed = 1
    redis.call('ZADD', tag .. ':missed', state.due_at, name)
    say_board(tag, name, state.waiting_since, state.due_at, 1)
    noted(KEYS[1], 'missed', 0, state, ARGV[2])
    set_next(KEYS[1], state, tonumber(ARGV[3]))
    return 'noted'
end

-- KEYS: conversation
-- ARGV: since (the first unanswered message of the wait that was looked at), hours, at
-- Notes once that the wait lasts for so many hours; its timer stays. Returns 'moved', 'noted' or 'known'.
local function note_overtime(KEYS, ARGV)
    local state = state_of(KEYS[1])
    local since = tonumber(ARGV[1])
    if not state or state.waiting_since ~= since then return 'moved' end
    local last_since, last_hours = (redis.call('HGET', KEYS[1], 'overtime') or '0 0'):match('^(%S+) (%S+)$')
    if tonumber(last_since) == since and tonumber(last_hours) >= tonumber(ARGV[2]) then return 'known' end
    redis.call('HSET', KEYS[1], 'overtime', since .. ' ' .. ARGV[2])
    local tag, name = place_of(KEYS[1])
    event(tag, 'overtime', name, state.waiting_since, state.due_at, ARGV[3], ' ' .. ARGV[2])
    unarchive(tag, name, ARGV[3])
    return 'noted'
end

-- KEYS: conversation
-- ARGV: since, next (0: nothing)
-- All that is due of a wait whose miss is noted is noted: its timer rings again at `next`. Returns 'moved' or 'known'.
local function look_later(KEYS, ARGV)
    local state = state_of(KEYS[1])
    if not state or state.missed == 0 or state.waiting_since ~= tonumber(ARGV[1]) then return 'moved' end
    set_next(KEYS[1], state, tonumber(ARGV[2]))
    return 'known'
end

redis.register_function('arm_@VERSION@', arm)
redis.register_function('let_go_@VERSION@', let_go)
redis.register_function('look_again_@VERSION@', look_again)
redis.register_function('note_warning_@VERSION@', note_warning)
redis.register_function('note_miss_@VERSION@', note_miss)
redis.register_function('note_overtime_@VERSION@', note_overtime)
redis.register_function('look_later_@VERSION@', look_later)
