-- How a conversation stands, packed into one field of its hash: a message reads and writes it whole. What is in it, and
-- in which order, stands in quotas/ledger/state.py.
local STATE = '>BBBIBIHHIIi8i8i8i8i8BIIi8II'
local LENGTH = 89 -- bytes of it
local OPEN, PAUSED, ENDED, SUSPENDED = 0, 1, 2, 3 -- from ENDED on nobody writes, and no wait is open
local STATUS = {open = OPEN, paused = PAUSED, ended = ENDED, suspended = SUSPENDED}
local REFUSED_AS = {[PAUSED] = 'paused', [ENDED] = 'ended', [SUSPENDED] = 'suspended'}

-- One that an earlier release packed lacks what joined since: nobody has a timer or was told, and no texts are counted.
local function whole(packed) return packed .. string.rep('\0', LENGTH - #packed) end

-- The state by names, for whatever is not done at every message; nil where there is none.
local function by_names(packed)
    if not packed then return nil end
    local state = {}
    state.status, state.missed, state.behind, state.week, state.windows_used, state.messages_used, state.generation,
        state.quarter, state.revision, state.last_seq, state.window_ends_at, state.live_until, state.waiting_since,
        state.due_at, state.timer, state.unread, state.member_texts, state.mentor_texts, state.last_at, state.asked_from,
        state.unanswered = struct.unpack(STATE, whole(packed))
    return state
end

local function state_of(key) return by_names(redis.call('HGET', key, 'state')) end

local function keep(key, state)
    redis.call('HSET', key, 'state', struct.pack(STATE, state.status, state.missed, state.behind, state.week,
        state.windows_used, state.messages_used, state.generation, state.quarter, state.revision, state.last_seq,
        state.window_ends_at, state.live_until, state.waiting_since, state.due_at, state.timer,
        state.unread, state.member_texts, state.mentor_texts, state.last_at, state.asked_from, state.unanswered))
end

local function standing(key, now)
    return {'stale', tostring(now), redis.call('HGETALL', key)}
end

-- Something has changed that the archive lacks: it looks at the conversation; see quotas/ledger/archive.py.
local function unarchive(tag, name, now)
    local key = tag .. ':unarchived'
    if redis.call('ZADD', key, 'LT', 'CH', now, name) == 1 and redis.call('ZRANK', key, name) == 0 then
        say_unarchived(tag, now)
    end
end
