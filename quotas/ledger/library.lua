#!lua name=chatserver_@VERSION@

-- The ledger's functions. Each touches one partition only; KEYS and ARGV are named at the head of each.
-- The rules are those of quotas/admission.py, word for word; instants are ms since 1970, 0 stands for none.
-- Terms travel as big-endian doubles, in the order of quotas/ledger/redis.py `_TERMS`.

local GENERATION = 172800000 -- 48 h in ms: how long an id is remembered at least; see IDEMPOTENCY_PERIOD
local DIGEST = 8 -- bytes of a text's digest; see DIGEST_BYTES
local ANY_TEXT = '\0\0\0\0\0\0\0\0' -- of a record of before the last change of key
local FROM_FIRST = 2
local QUARTER = 900000 -- 15 min in ms: every zone's days begin on one
local DAY = 86400000 -- in ms

local HORIZON = 21600000 -- 6 h in ms: how far ahead of the clock `arm` goes
local STEP = 60000 -- 1 min in ms: it goes on once it is behind by this; see ARM_EVERY
local LEEWAY = 600000 -- 10 min in ms: how far the clock may be set back unnoticed between two calls of `arm`
local FAR_WARNING = 18000000 -- 5 h in ms: of longer ones `arm` would be too late, had it not been called for an hour

local QUARTERS = 65536 -- a quarter of an hour is known by its number modulo this: nearly two years

-- How a conversation stands, packed into one field of its hash: a message reads and writes it whole. What is in it, and
-- in which order, stands in quotas/ledger/state.py.
local STATE = '>BBBIBIHHIIi8i8i8i8i8'
local OPEN, PAUSED, ENDED = 0, 1, 2
local STATUS = {open = OPEN, paused = PAUSED, ended = ENDED}
local POSTED = '>Ii8i8B' -- seq, at, waited (-1: no wait was ended), late
local REFUSED = '>i8i8' -- at, opens_at

local function text(number) return string.format('%.0f', number) end

-- The state by names, for whatever is not done at every message; nil where there is none.
local function by_names(packed)
    if not packed then return nil end
    local state = {}
    state.status, state.missed, state.behind, state.week, state.windows_used, state.messages_used, state.generation,
        state.quarter, state.revision, state.last_seq, state.window_ends_at, state.live_until, state.waiting_since,
        state.due_at, state.timer = struct.unpack(STATE, packed)
    return state
end

local function state_of(key) return by_names(redis.call('HGET', key, 'state')) end

local function keep(key, state)
    redis.call('HSET', key, 'state', struct.pack(STATE, state.status, state.missed, state.behind, state.week,
        state.windows_used, state.messages_used, state.generation, state.quarter, state.revision, state.last_seq,
        state.window_ends_at, state.live_until, state.waiting_since, state.due_at, state.timer))
end

local function place_of(key) return key:match('^({%d+}):conversation:(.*)$') end

-- `at` is '' for the store's clock, else the instant to act at; `shift` moves the store's clock.
local function clock(at, shift)
    if at ~= '' then return tonumber(at) end
    local time = redis.call('TIME')
    return time[1] * 1000 + math.floor(time[2] / 1000) + shift
end

local function standing(key, now)
    return {'stale', tostring(now), redis.call('HGETALL', key)}
end

-- Keep what this id is answered, unless an earlier post had it: then its record is returned, else false.
-- The first kept in a generation clears what the one before the last left.
local function remember(key, older, written, generation, field, record)
    if written ~= generation then
        if written ~= generation - 1 then redis.call('DEL', older) end
        redis.call('DEL', key)
    end
    local earlier = redis.call('HGET', older, field)
    if earlier then return earlier end
    if redis.call('HSETNX', key, field, record) == 0 then return redis.call('HGET', key, field) end
    if written ~= generation then redis.call('PEXPIRE', key, 2 * GENERATION) end
    return false
end

-- The answer to a post whose id was used before: as it was then, with the state of now.
local function answer_again(record, digest, now, state)
    local first_digest = record:sub(1, DIGEST)
    if first_digest ~= digest and first_digest ~= ANY_TEXT then return 'C' end
    local kind, place = record:sub(DIGEST + 1, DIGEST + 1), DIGEST + 2
    if kind == 'A' then
        local seq, at = struct.unpack('>Ii8', record, place)
        return 'D' .. struct.pack(POSTED, seq, at, -1, 0) .. state
    end
    return 'Q' .. struct.pack(REFUSED, now, (struct.unpack('>i8', record, place))) .. state .. record:sub(place + 8)
end

-- Something has changed that the archive lacks: it looks at the conversation; see quotas/ledger/archive.py.
local function unarchive(tag, name, now)
    redis.call('ZADD', tag .. ':unarchived', 'LT', now, name)
end

-- Tell whoever watches the board that a wait is another one now; `since` is 0 where it is over.
local function board_changed(tag, name, since, due, missed)
    redis.call('SPUBLISH', tag .. ':board', name .. ' ' .. since .. ' ' .. due .. ' ' .. missed)
end

local function onto_board(tag, name, due, missed)
    redis.call('ZADD', tag .. ':waits', due > 0 and due or 'inf', name)
    if missed == 1 then redis.call('ZADD', tag .. ':missed', due, name) end
end

-- When a deadline must be looked at first: at its first warning, or at its miss where there is none.
local function first_look(due, warn_first, now)
    if warn_first == 0 then return due + 1 end
    return math.max(now, due - warn_first)
end

-- Whether a wait may be beyond the deadline up to which `arm` went: then `arm` sets its timer, in time.
local function is_far(due, now, warn_first) return due > now + HORIZON + LEEWAY and warn_first <= FAR_WARNING end

-- The wait has begun or its deadline moved: put it on the board. Where the deadline is far it gets no timer: that saves
-- the store a write now, a look later, and memory, since most waits are over before `arm` comes to them. Else its timer
-- is set for the first look. One that rings too early is set anew then; so it is only ever moved forward here.
-- Returns the timer.
local function wait_moved(tag, name, since, due, missed, timer, now, warn_first)
    onto_board(tag, name, due, missed)
    if due > 0 and missed == 0 and not is_far(due, now, warn_first) then
        local wake = first_look(due, warn_first, now)
        if timer == 0 or wake < timer then
            redis.call('ZADD', tag .. ':timers', wake, name)
            timer = wake
        end
    end
    board_changed(tag, name, since, due, missed)
    return timer
end

-- A conversation that was restored owes an answer: as `wait_moved`. Where it had a timer or needs one, it is looked at
-- at once: when it was to ring stands in the conversation only as long as `arm` did not set it. Returns the timer.
local function wait_restored(tag, name, state, now)
    local due, timer = state.due_at, 0
    onto_board(tag, name, due, state.missed)
    if due > 0 and state.missed == 0 and (state.timer > 0 or not is_far(due, now, 0)) then
        timer = now
        redis.call('ZADD', tag .. ':timers', timer, name)
    end
    board_changed(tag, name, state.waiting_since, due, state.missed)
    return timer
end

local function event(tag, kind, name, since, due, at)
    redis.call('XADD', tag .. ':events', '*', 'e', kind .. ' ' .. name .. ' ' .. since .. ' ' .. due .. ' ' .. at)
end

-- The wait is over: `kind` is answered or dropped. Where that came late, before its miss was noted, it notes it too.
local function wait_closed(tag, name, kind, since, due, missed, now)
    redis.call('ZREM', tag .. ':waits', name)
    if missed == 1 then redis.call('ZREM', tag .. ':missed', name) end
    if due > 0 and now > due and missed == 0 then
        event(tag, 'missed', name, since, due, due)
        redis.call('SPUBLISH', tag .. ':feed:' .. name, 'D missed 0 ' .. due)
    end
    event(tag, kind, name, since, due, now)
    board_changed(tag, name, 0, 0, 0)
end

-- KEYS: conversation, log, sent (even generations), sent (odd generations), channel
-- ARGV: writer ('m:' or 't:' and the message id), digest, entry, origin, terms, at
-- Returns 'U' unknown, 'C' id used for another text, {'stale', now, fields},
-- 'A' or 'D' (an earlier post had the id), POSTED, state: accepted,
-- 'R' or 'Q' (an earlier post had the id), REFUSED, state, reason: refused.
local function post(KEYS, ARGV)
    local call = redis.call
    local key = KEYS[1]
    local stored = call('HGET', key, 'state')
    if not stored then return 'U' end
    local status, missed, behind, counted_week, windows, messages, generation_before, quarter, revision_now, last_seq,
        window_ends, live, since_before, due_before, timer = struct.unpack(STATE, stored)
    local revision, valid_from, valid_until, shift, terms_live, this_week, window_length, windows_per_week, cut_at,
        messages_per_week, closed_until, next_week_opens_at, reply, due_shift, due_fixed, live_due_at, warn_first =
        struct.unpack('>ddddddddddddddddd', ARGV[5])
    local now = clock(ARGV[6], shift)
    if revision_now == 0 then return 'U' end -- it is being restored
    if revision_now ~= revision or live ~= terms_live or now < valid_from or now >= valid_until then
        return standing(key, now)
    end

    local since, due = since_before, due_before
    local writer = ARGV[1]
    local is_member = writer:byte(1) == 109 -- 'm'

    -- Admission: first match wins.
    local refused, opens_at
    local waited, late = -1, 0
    if is_member then
        if status == PAUSED then
            refused, opens_at = 'paused', 0
        elseif status == ENDED then
            refused, opens_at = 'ended', 0
        elseif now >= live and now >= window_ends then
            local windows_now, messages_now = windows, messages
            if counted_week < this_week then windows_now, messages_now = 0, 0 end
            if window_length > 0 and windows_now >= windows_per_week then
                refused, opens_at = 'quota_used', next_week_opens_at
            elseif messages_per_week > 0 and messages_now >= messages_per_week then
                refused, opens_at = 'messages_used', next_week_opens_at
            elseif closed_until > 0 then
                refused, opens_at = 'closed', closed_until
            elseif window_length > 0 then
                window_ends = now + window_length
                if cut_at > 0 and cut_at < window_ends then window_ends = cut_at end
                counted_week, windows, messages = math.max(counted_week, this_week), windows_now + 1, messages_now
            elseif messages_per_week > 0 then
                counted_week, windows, messages = math.max(counted_week, this_week), windows_now, messages_now + 1
            end
        end
        if not refused then
            if since == 0 then since = now end
            local asked = 0
            if reply > 0 then
                if now < live then asked = live_due_at
                elseif due_fixed > 0 then asked = due_fixed
                else asked = now + due_shift end
            end
            local passed = due > 0 and now > due
            local kept = due > 0 and reply == FROM_FIRST
            if asked > 0 and not passed and not kept then due = asked end
        end
    elseif status == ENDED then
        refused, opens_at = 'ended', 0
    elseif since > 0 then
        waited = math.max(0, now - since) -- a clock set back
        if due > 0 and now > due then late = 1 end
        since, due = 0, 0
    end

    local seq = last_seq + 1
    local generation = generation_before
    if #writer > 2 then
        generation = math.max(math.floor(now / GENERATION), generation) -- a clock set back forgets nothing
        local answer = refused and 'R' .. struct.pack('>i8', opens_at) .. refused or 'A' .. struct.pack('>Ii8', seq, now)
        local sent, older = KEYS[3 + generation % 2], KEYS[4 - generation % 2]
        local earlier = remember(sent, older, generation_before, generation, writer, ARGV[2] .. answer)
        if earlier then return answer_again(earlier, ARGV[2], now, stored) end
    end
    if refused then
        if generation ~= generation_before then
            local state = state_of(key)
            state.generation = generation
            keep(key, state)
        end
        return 'R' .. struct.pack(REFUSED, now, opens_at) .. stored .. refused
    end

    local added = redis.pcall('XADD', KEYS[2], string.format('%.0f-%.0f', seq, now), 'm', ARGV[3])
    if added.err then -- nothing was written: nor is anything remembered
        call('HDEL', KEYS[3], writer)
        call('HDEL', KEYS[4], writer)
        return added
    end
    if due ~= due_before or since ~= since_before then
        local tag, name = place_of(key)
        if since > 0 then
            timer = wait_moved(tag, name, since, due, missed, timer, now, warn_first)
        else
            wait_closed(tag, name, 'answered', since_before, due_before, missed, now)
            missed = 0
        end
    end
    if not is_member then
        -- On which days a mentor wrote is counted elsewhere; here it is enough to say so once in a quarter of an hour.
        local this = math.floor(now / QUARTER) % QUARTERS
        if quarter ~= this then
            local tag, name = place_of(key)
            event(tag, 'wrote', name, 0, 0, now)
            quarter = this
        end
    end
    if behind == 0 then
        local tag, name = place_of(key)
        unarchive(tag, name, now)
        behind = 1
    end
    local state = struct.pack(STATE, status, missed, behind, counted_week, windows, messages, generation, quarter,
        revision, seq, window_ends, live, since, due, timer)
    call('HSET', key, 'state', state)
    local posted = struct.pack(POSTED, seq, now, waited, late)
    call('SPUBLISH', KEYS[5], 'M' .. posted .. state .. ARGV[4] .. '\n' .. ARGV[3])
    return 'A' .. posted .. state
end

-- Keep of what was sent the ids and the answers only: a digest is of no use once another key makes it.
local function forget_texts(key)
    local records = redis.call('HGETALL', key)
    for place = 1, #records, 2 do
        redis.call('HSET', key, records[place], ANY_TEXT .. records[place + 1]:sub(DIGEST + 1))
    end
end

-- KEYS: conversation, sent (even generations), sent (odd generations), channel
-- ARGV: revision, status, member, mentor, plan, zone, holidays, key, shift, at
-- An older revision changes nothing. Ended stays ended, and has no wait. One that was restored gets its wait's place on
-- the board and its timer. Returns as `standing`.
local function configure(KEYS, ARGV)
    local key, revision = KEYS[1], tonumber(ARGV[1])
    local tag, name = place_of(key)
    local now = clock(ARGV[10], tonumber(ARGV[9]))
    local state = state_of(key)
    if not state then
        redis.call('HSET', key, 'member_read', 0, 'mentor_read', 0, 'warned', '0 0', 'archived', 0)
        state = {missed = 0, behind = 0, windows_used = 0, week = 0, messages_used = 0, generation = 0, quarter = 0,
            revision = 0, last_seq = 0, window_ends_at = 0, live_until = 0, waiting_since = 0, due_at = 0, timer = 0}
    end
    if revision > state.revision then
        local is_new, since, due = state.revision == 0, state.waiting_since, state.due_at
        if is_new or state.status ~= ENDED then state.status = STATUS[ARGV[2]] end
        state.revision = revision
        local sealed_with = redis.call('HGET', key, 'key')
        redis.call('HSET', key, 'member', ARGV[3], 'mentor', ARGV[4], 'plan', ARGV[5], 'zone', ARGV[6],
            'holidays', ARGV[7], 'key', ARGV[8])
        if sealed_with and sealed_with ~= ARGV[8] then
            forget_texts(KEYS[2])
            forget_texts(KEYS[3])
        end
        if state.status == ENDED and since > 0 then
            wait_closed(tag, name, 'dropped', since, due, state.missed, now)
            state.waiting_since, state.due_at, state.missed = 0, 0, 0
        elseif is_new then -- whatever timer it had is gone
            state.timer = since > 0 and wait_restored(tag, name, state, now) or 0
        elseif since > 0 then
            board_changed(tag, name, since, due, state.missed) -- its plan may be another one
        end
        keep(key, state)
        if not is_new then unarchive(tag, name, now) end
        redis.call('SPUBLISH', KEYS[4], is_new and 'N ' .. state.last_seq or 'S')
    end
    return standing(key, now)
end

-- KEYS: conversation, channel
-- ARGV: length in ms, shift, at
-- Returns 'U' or as `standing`.
local function start_live(KEYS, ARGV)
    local state = state_of(KEYS[1])
    if not state then return 'U' end
    local now = clock(ARGV[3], tonumber(ARGV[2]))
    local tag, name = place_of(KEYS[1])
    state.live_until = now + tonumber(ARGV[1])
    keep(KEYS[1], state)
    unarchive(tag, name, now)
    redis.call('SPUBLISH', KEYS[2], 'S')
    return standing(KEYS[1], now)
end

-- KEYS: conversation, channel
-- ARGV: 'member' or 'mentor', seq, origin, shift
-- Returns 1 moved, 0 not moved, -1 beyond the last message.
local function mark_read(KEYS, ARGV)
    local field, seq = ARGV[1] .. '_read', tonumber(ARGV[2])
    local state = state_of(KEYS[1])
    if not state or seq > state.last_seq then return -1 end
    if seq <= tonumber(redis.call('HGET', KEYS[1], field)) then return 0 end
    local tag, name = place_of(KEYS[1])
    redis.call('HSET', KEYS[1], field, seq)
    unarchive(tag, name, clock('', tonumber(ARGV[4])))
    redis.call('SPUBLISH', KEYS[2], 'R ' .. ARGV[1] .. ' ' .. seq .. ' ' .. ARGV[3])
    return 1
end

-- KEYS: of a partition its timers, its open waits, the deadline up to which they are armed
-- ARGV: shift, how many ms ahead of a deadline the first warning of any plan goes out (0: none does)
-- Sees to it that every wait with a deadline up to HORIZON ahead has a timer that rings in time for its first look: those
-- that came near since it last found any. Where it never did, or the clock was set back, all of them anew: what was
-- asked for since may be behind. Returns how many there were.
local function arm(KEYS, ARGV)
    local now = clock('', tonumber(ARGV[1]))
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
    if anew or #coming > 0 then redis.call('SET', KEYS[3], upto) end -- else the next call looks again: at rest, no writes
    return #coming / 2
end

-- KEYS: the timers of a partition
-- ARGV: shift, lease in ms, most
-- Returns now and the conversations whose timers have rung; each rings again after the lease unless it is settled.
local function claim(KEYS, ARGV)
    local now = clock('', tonumber(ARGV[1]))
    local rung = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, ARGV[3])
    for _, name in ipairs(rung) do redis.call('ZADD', KEYS[1], 'XX', now + tonumber(ARGV[2]), name) end
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
        board_changed(tag, name, since, due, 1)
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
        redis.call('SPUBLISH', KEYS[2], 'D ' .. kind .. ' ' .. ARGV[3] .. ' ' .. due)
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

-- Whether a name stands behind another in a sorted set: byte by byte. Lua's own `>` asks the store's locale.
local function is_behind(name, other)
    for place = 1, math.min(#name, #other) do
        local byte, byte_of_other = name:byte(place), other:byte(place)
        if byte ~= byte_of_other then return byte > byte_of_other end
    end
    return #name > #other
end

-- How many of a sorted set stand at `due` and `name` or before: halves those that have that very score.
local function rank_beyond(index, due, name)
    local low, high = redis.call('ZCOUNT', index, '-inf', '(' .. due), redis.call('ZCOUNT', index, '-inf', due)
    while low < high do
        local middle = math.floor((low + high) / 2)
        if is_behind(redis.call('ZRANGE', index, middle, middle)[1], name) then high = middle else low = middle + 1 end
    end
    return low
end

-- Those of the first `count` of a sorted set whose conversation is on a plan, with their ranks. Reads each of them.
local function on_plan(tag, plan, index, count)
    local chosen = {}
    for place, name in ipairs(count > 0 and redis.call('ZRANGE', index, 0, count - 1) or {}) do
        if redis.call('HGET', tag .. ':conversation:' .. name, 'plan') == plan then
            chosen[#chosen + 1] = {rank = place - 1, name = name}
        end
    end
    return chosen
end

-- KEYS: the open waits of a partition, those of them whose miss was noted
-- ARGV: now, state ('waiting', 'overdue' or 'missed'), plan ('' for any), due (or 'inf') and name to go on after, most
-- Returns how many of that plan are waiting, overdue and missed, whatever the state, and the first `most` of the state,
-- by deadline and name: name, due, and so on. With a plan it reads every wait of the partition, else none.
local function open_waits(KEYS, ARGV)
    local waits, missed, state, plan, most = KEYS[1], KEYS[2], ARGV[2], ARGV[3], tonumber(ARGV[6])
    local late = redis.call('ZCOUNT', waits, '-inf', '(' .. ARGV[1])
    local late_and_missed = redis.call('ZCOUNT', missed, '-inf', '(' .. ARGV[1])
    local open = redis.call('ZCARD', waits)
    local index = state == 'missed' and missed or waits
    local first = rank_beyond(index, ARGV[4], ARGV[5])
    local upto = ({waiting = open, overdue = late, missed = late_and_missed})[state]
    local rows = {}
    if plan == '' then
        upto = math.min(upto, first + most)
        if first < upto then rows = redis.call('ZRANGE', index, first, upto - 1, 'WITHSCORES') end
        return {open, late, late_and_missed, rows}
    end
    local tag = waits:match('^({%d+})')
    local owed, noted = on_plan(tag, plan, waits, open), on_plan(tag, plan, missed, late_and_missed)
    local overdue = 0
    for _, wait in ipairs(owed) do
        if wait.rank < late then overdue = overdue + 1 end
    end
    for _, wait in ipairs(index == missed and noted or owed) do
        if first <= wait.rank and wait.rank < upto and #rows < 2 * most then
            rows[#rows + 1] = wait.name
            rows[#rows + 1] = redis.call('ZSCORE', index, wait.name)
        end
    end
    return {#owed, overdue, #noted, rows}
end

local function digest(state) return redis.sha1hex(table.concat(state, '\n')) end

-- KEYS: conversation, log
-- ARGV: most
-- Returns 'U', or the hash, its digest, and the first `most` messages that the archive lacks.
local function unarchived(KEYS, ARGV)
    local state = redis.call('HGETALL', KEYS[1])
    if #state == 0 then return 'U' end
    local archived = redis.call('HGET', KEYS[1], 'archived')
    local messages = redis.call('XRANGE', KEYS[2], text(archived + 1) .. '-0', '+', 'COUNT', ARGV[1])
    return {state, digest(state), messages}
end

-- The last seq up to `upto` whose message was written before `since`: seqs are dense and instants ascend, so halve.
local function last_before(log, first, upto, since)
    local low, high = first - 1, upto
    while low < high do
        local middle = math.ceil((low + high) / 2)
        local found = redis.call('XRANGE', log, text(middle) .. '-0', '+', 'COUNT', 1)[1]
        if found and tonumber(found[1]:match('-(%d+)$')) < since then low = middle else high = middle - 1 end
    end
    return low
end

-- KEYS: conversation, log, conversations of which the archive lacks something
-- ARGV: seq up to which the archive has everything, what it was before, digest of the hash that it has ('' for none:
-- only messages were stored, and there are more), most messages to keep, for how many ms to keep them, shift
-- Trims the log, never beyond what is archived, and says when the archive looks at the conversation again.
-- Returns 1, or 0 where another archived it meanwhile.
local function archived(KEYS, ARGV)
    local seq, keep_messages, age = tonumber(ARGV[1]), tonumber(ARGV[4]), tonumber(ARGV[5])
    local now = clock('', tonumber(ARGV[6]))
    local name = KEYS[1]:match(':conversation:(.*)$')
    if redis.call('HGET', KEYS[1], 'archived') ~= ARGV[2] then return 0 end
    local same = digest(redis.call('HGETALL', KEYS[1])) == ARGV[3]
    local state = state_of(KEYS[1])
    redis.call('HSET', KEYS[1], 'archived', ARGV[1])
    state.behind = seq < state.last_seq and 1 or 0
    keep(KEYS[1], state)

    local first = redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 1)[1]
    if first then
        local first_seq = tonumber(first[1]:match('^%d+'))
        local upto = math.max(state.last_seq - keep_messages, last_before(KEYS[2], first_seq, seq, now - age))
        if math.min(upto, seq) >= first_seq then
            redis.call('XTRIM', KEYS[2], 'MINID', text(math.min(upto, seq) + 1) .. '-0')
            first = redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 1)[1]
        end
    end
    if same and first then -- the oldest message grows old; once a day is often enough to look
        redis.call('ZADD', KEYS[3], math.max(first[1]:match('-(%d+)$') + age, now + DAY), name)
    elseif same then
        redis.call('ZREM', KEYS[3], name)
    elseif ARGV[3] ~= '' then
        redis.call('ZADD', KEYS[3], now, name)
    end
    return 1
end

-- KEYS: conversation, log, sent (even generations), sent (odd generations)
-- ARGV: last seq of the archive, last seq in the store ('' where the conversation is unknown), shift, how many words
-- are fields of the conversation and their values, how many are instants and messages that the archive lacks; those
-- words; then ids and their records
-- Puts what the archive has in the place of what the store has, and the messages after it. The conversation is unknown
-- until `configure` brings its settings. Returns 1, or 0 where something was written meanwhile.
local function restore(KEYS, ARGV)
    local now = clock('', tonumber(ARGV[3]))
    local lost = state_of(KEYS[1])
    if (lost and text(lost.last_seq) or '') ~= ARGV[2] then return 0 end
    local tag, name = place_of(KEYS[1])
    redis.call('DEL', unpack(KEYS))
    for _, index in ipairs({':waits', ':missed', ':timers', ':unarchived'}) do redis.call('ZREM', tag .. index, name) end
    local generation = math.floor(now / GENERATION)
    local messages = 6 + tonumber(ARGV[4])
    local ids = messages + tonumber(ARGV[5])
    for place = 6, messages - 1, 2 do redis.call('HSET', KEYS[1], ARGV[place], ARGV[place + 1]) end
    local seq = tonumber(ARGV[1])
    for place = messages, ids - 1, 2 do
        seq = seq + 1
        redis.call('XADD', KEYS[2], text(seq) .. '-' .. ARGV[place], 'm', ARGV[place + 1])
    end
    local state = state_of(KEYS[1])
    state.last_seq, state.generation, state.behind = seq, #ARGV >= ids and generation or 0, ids > messages and 1 or 0
    keep(KEYS[1], state)
    redis.call('HSET', KEYS[1], 'archived', ARGV[1])
    if ids > messages then unarchive(tag, name, now) end
    local sent = KEYS[3 + generation % 2]
    for place = ids, #ARGV, 2 do redis.call('HSET', sent, ARGV[place], ARGV[place + 1]) end
    redis.call('PEXPIRE', sent, 2 * GENERATION)
    return 1
end

redis.register_function{function_name = 'open_waits_@VERSION@', callback = open_waits, flags = {'no-writes'}}
redis.register_function{function_name = 'unarchived_@VERSION@', callback = unarchived, flags = {'no-writes'}}
redis.register_function('archived_@VERSION@', archived)
redis.register_function('restore_@VERSION@', restore)
redis.register_function('arm_@VERSION@', arm)
redis.register_function('claim_@VERSION@', claim)
redis.register_function('settle_@VERSION@', settle)
redis.register_function('post_@VERSION@', post)
redis.register_function('configure_@VERSION@', configure)
redis.register_function('start_live_@VERSION@', start_live)
redis.register_function('mark_read_@VERSION@', mark_read)
