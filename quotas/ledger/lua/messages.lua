-- Messages: admitted and numbered, or refused, and what an id that comes again is answered.

local GENERATION = 172800000 -- 48 h in ms: how long an id is remembered at least; see IDEMPOTENCY_PERIOD
local DIGEST = 8 -- bytes of a text's digest; see DIGEST_BYTES
local ANY_TEXT = '\0\0\0\0\0\0\0\0' -- of a record of before the last change of key
local FROM_FIRST = 2
local QUARTER = 900000 -- 15 min in ms: every zone's days begin on one
local QUARTERS = 65536 -- a quarter of an hour is known by its number modulo this: nearly two years
local POSTED = '>Ii8i8B' -- seq, at, waited (-1: no wait was ended), late
local REFUSED = '>i8i8' -- at, opens_at
local MOST_LANES = 10000
local HELD = 'L' -- instead of an answer: the id is kept for a message that is posted later

-- Lane → the number of its last post that was carried out. Lanes are forgotten all at once where they are many, and with
-- the functions: a post that follows one of a forgotten lane comes again.
local carried_out, lanes = {}, 0

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

-- The record of an id, false where there is none. Of an earlier generation than the one before, nothing is remembered,
-- though it may be there yet.
local function remembered(key, older, written, generation, field)
    return written == generation and redis.call('HGET', key, field)
        or written >= generation - 1 and redis.call('HGET', older, field)
end

-- The answer to a post whose id was used before: as it was then, with the state of now.
local function answer_again(record, digest, now, state)
    local first_digest = record:sub(1, DIGEST)
    if first_digest ~= digest and first_digest ~= ANY_TEXT then return 'C' end
    local kind, place = record:sub(DIGEST + 1, DIGEST + 1), DIGEST + 2
    if kind == HELD then return 'C' end
    if kind == 'A' then
        local seq, at = struct.unpack('>Ii8', record, place)
        return 'D' .. struct.pack(POSTED, seq, at, -1, 0) .. state
    end
    return 'Q' .. struct.pack(REFUSED, now, (struct.unpack('>i8', record, place))) .. state .. record:sub(place + 8)
end

-- Keep of what was sent the ids and the answers only: a digest is of no use once another key makes it.
local function forget_texts(key)
    local records = redis.call('HGETALL', key)
    for place = 1, #records, 2 do
        redis.call('HSET', key, records[place], ANY_TEXT .. records[place + 1]:sub(DIGEST + 1))
    end
end

-- Whether that is remembered of an id: it is kept for a message, and nothing was answered yet.
local function is_held(record) return record and record:sub(DIGEST + 1, DIGEST + 1) == HELD end

-- Forget that an id is held.
local function release(key, field)
    if is_held(redis.call('HGET', key, field)) then redis.call('HDEL', key, field) end
end

-- KEYS: conversation, sent (even generations), sent (odd generations)
-- ARGV: writer ('m:' or 't:' and the message id; of a substitute 's:', person, a space and the message id), digest,
-- shift, at
-- Keep the id for that text, from now on. Returns 'H'; else as `post`: 'U', 'C', 'D' or 'Q'.
local function hold(KEYS, ARGV)
    local key, writer = KEYS[1], ARGV[1]
    local state = state_of(key)
    if not state or state.revision == 0 then return 'U' end
    local now = clock(ARGV[4], tonumber(ARGV[3]), key)
    local generation = math.max(math.floor(now / GENERATION), state.generation)
    local sent, older = KEYS[2 + generation % 2], KEYS[3 - generation % 2]
    local record = ARGV[2] .. HELD
    local earlier = remember(sent, older, state.generation, generation, writer, record)
    if generation ~= state.generation then
        state.generation = generation
        keep(key, state)
    end
    if not earlier then return 'H' end
    local first_digest = earlier:sub(1, DIGEST)
    if is_held(earlier) and (first_digest == ARGV[2] or first_digest == ANY_TEXT) then
        redis.call('HDEL', older, writer)
        redis.call('HSET', sent, writer, record)
        return 'H'
    end
    return answer_again(earlier, ARGV[2], now, whole(redis.call('HGET', key, 'state')))
end

-- KEYS: conversation, sent (even generations), sent (odd generations)
-- ARGV: writer (as of `hold`)
-- The id is held no longer. Returns 1.
local function let_go_of(KEYS, ARGV)
    release(KEYS[2], ARGV[1])
    release(KEYS[3], ARGV[1])
    return 1
end

-- KEYS: conversation, log, sent (even generations), sent (odd generations), channel
-- ARGV: writer ('m:' or 't:' and the message id; of a substitute 's:' from, until, person and the message id, each behind
-- a space but the first; of what was written earlier 'l:' when, a space, and the writer as before), digest, entry,
-- origin, terms and turn, at
-- Whoever stands in writes as the mentor does, from `from` until before `until`; else the conversation is unknown to them.
-- Returns 'U' unknown, 'O' overtaking: the post it is after was not carried out last in its lane,
-- 'C' id used for another text, {'stale', now, fields},
-- 'A' or 'D' (an earlier post had the id), POSTED, state: accepted,
-- 'R' or 'Q' (an earlier post had the id), REFUSED, state, reason: refused.
local function post(KEYS, ARGV)
    local call = redis.call
    local key = KEYS[1]
    local stored = call('HGET', key, 'state')
    if not stored then return 'U' end
    stored = whole(stored)
    local status, missed, behind, counted_week, windows, messages, generation_before, quarter, revision_now, last_seq,
        window_ends, live, since_before, due_before, timer, unread, member_texts, mentor_texts, last_at, asked_from,
        unanswered = struct.unpack(STATE, stored)
    local revision, valid_from, valid_until, shift, terms_live, live_ends, this_week, window_length, windows_per_week, cut_at,
        messages_per_week, closed_until, next_week_opens_at, reply, due_shift, due_fixed, live_due_at, warn_first,
        unread_after, lane, number, after = struct.unpack('>dddddddddddddddddddddd', ARGV[5])
    local now = clock(ARGV[6], shift, key)
    if revision_now == 0 then return 'U' end -- it is being restored
    local last = carried_out[lane]
    if after > 0 and last ~= after then return 'O' end
    if revision_now ~= revision or live ~= terms_live or now < valid_from or now >= valid_until then
        return standing(key, now)
    end
    if not last then
        if lanes == MOST_LANES then carried_out, lanes = {}, 0 end
        lanes = lanes + 1
    end
    carried_out[lane] = number

    local since, due = since_before, due_before
    local writer, substitute = ARGV[1], nil
    local side = writer:byte(1)
    local is_member = side == 109 -- 'm'
    local written_at, by_itself = math.huge, false
    if side == 108 then -- 'l'
        local when
        when, writer = writer:match('^l:(%d+) (.*)$')
        written_at, by_itself, side = tonumber(when), true, writer:byte(1)
        is_member = side == 109
    end
    if side == 115 then -- 's'
        local from, upto, person, id = writer:match('^s:(%d+) (%d+) (%S+) (.*)$')
        if now < tonumber(from) or now >= tonumber(upto) then return 'U' end
        substitute, writer = person, #id > 0 and 's:' .. person .. ' ' .. id or 's:'
    end
    if by_itself then
        release(KEYS[3], writer)
        release(KEYS[4], writer)
    end

    -- Admission: first match wins.
    local refused, opens_at
    local waited, late = -1, 0
    if is_member then
        if status ~= OPEN then
            refused, opens_at = REFUSED_AS[status], 0
        elseif live_ends == 0 and now >= window_ends then
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
            if since == 0 then since, asked_from, unanswered = now, last_seq + 1, 0 end
            unanswered = unanswered + 1
            local asked = 0
            if reply > 0 then
                if live_ends > 0 then asked = live_due_at
                elseif due_fixed > 0 then asked = due_fixed
                else asked = now + due_shift end
            end
            local passed = due > 0 and now > due
            local kept = due > 0 and reply == FROM_FIRST
            if asked > 0 and not passed and not kept then due = asked end
        end
    elseif status >= ENDED then
        refused, opens_at = REFUSED_AS[status], 0
    elseif since > 0 and since < written_at then
        waited = math.max(0, now - since) -- a clock set back
        if due > 0 and now > due then late = 1 end
        since, due, asked_from, unanswered = 0, 0, 0, 0
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
        note_refusal(key, refused, is_member and 'member' or 'mentor', opens_at, now)
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
            timer = wait_moved(tag, name, since, due, missed, timer, now, warn_first, ARGV[6])
        else
            local by = substitute and ' ' .. substitute
            wait_closed(tag, name, 'answered', since_before, due_before, missed, now, by)
            missed = 0
        end
    end
    if not is_member and not substitute then
        -- On which days a mentor wrote is counted elsewhere; here it is enough to say so once in a quarter of an hour.
        local this = math.floor(now / QUARTER) % QUARTERS
        if quarter ~= this then
            local tag, name = place_of(key)
            event(tag, 'wrote', name, 0, 0, now)
            quarter = this
        end
    end
    -- Whoever writes has seen what they were told of; the mentor has not where a substitute writes. Whom it is for is told,
    -- unless they read it first: where they were told already, or their timer is set, nothing is to be done.
    if by_itself then
        -- Nobody has read anything by it.
    elseif is_member and unread % MENTOR == TOLD then
        unread = unread - TOLD
    elseif not is_member and not substitute and unread >= MENTOR * TOLD then
        unread = unread - MENTOR * TOLD
    end
    if unread_after > 0 and (is_member and unread < MENTOR or not is_member and unread % MENTOR == 0) then
        local tag, name = place_of(key)
        unread = look_at_reader(tag, name, is_member and 'mentor' or 'member', unread, now + unread_after)
    end
    if behind == 0 then
        local tag, name = place_of(key)
        unarchive(tag, name, now)
        behind = 1
    end
    if is_member then member_texts = member_texts + 1 else mentor_texts = mentor_texts + 1 end
    local state = struct.pack(STATE, status, missed, behind, counted_week, windows, messages, generation, quarter,
        revision, seq, window_ends, live, since, due, timer, unread, member_texts, mentor_texts, math.max(last_at, now),
        asked_from, unanswered)
    call('HSET', key, 'state', state)
    local posted = struct.pack(POSTED, seq, now, waited, late)
    say_message(KEYS[5], posted, state, ARGV[4], ARGV[3])
    return 'A' .. posted .. state
end

redis.register_function('hold_@VERSION@', hold)
redis.register_function('let_go_of_@VERSION@', let_go_of)
redis.register_function('post_@VERSION@', post)
