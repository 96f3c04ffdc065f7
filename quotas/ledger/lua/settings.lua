-- What holds for a conversation from outside its messages: settings, live chats, read marks.

-- KEYS: conversation, sent (even generations), sent (odd generations), channel
-- ARGV: revision, status, member, mentor, plan, zone, holidays, key, chats, shift, at
-- An older revision changes nothing. Ended stays ended; neither it nor what is suspended has a wait. One that was
-- restored gets its wait's place on the board and its timers. Returns as `standing`.
local function configure(KEYS, ARGV)
    local key, revision = KEYS[1], tonumber(ARGV[1])
    local tag, name = place_of(key)
    local now = clock(ARGV[11], tonumber(ARGV[10]), key)
    local state = state_of(key)
    if not state then
        redis.call('HSET', key, 'member_read', 0, 'mentor_read', 0, 'warned', '0 0', 'archived', 0,
            'member_seen', 0, 'mentor_seen', 0)
        state = {missed = 0, behind = 0, windows_used = 0, week = 0, messages_used = 0, generation = 0, quarter = 0,
            revision = 0, last_seq = 0, window_ends_at = 0, live_until = 0, waiting_since = 0, due_at = 0, timer = 0,
            unread = 0, member_texts = 0, mentor_texts = 0, last_at = 0, asked_from = 0, unanswered = 0}
    end
    if revision > state.revision then
        local is_new, since, due = state.revision == 0, state.waiting_since, state.due_at
        if is_new or state.status ~= ENDED then state.status = STATUS[ARGV[2]] end
        state.revision = revision
        local sealed_with = redis.call('HGET', key, 'key')
        redis.call('HSET', key, 'member', ARGV[3], 'mentor', ARGV[4], 'plan', ARGV[5], 'zone', ARGV[6],
            'holidays', ARGV[7], 'key', ARGV[8], 'chats', ARGV[9])
        if sealed_with and sealed_with ~= ARGV[8] then
            forget_texts(KEYS[2])
            forget_texts(KEYS[3])
        end
        if state.status >= ENDED and since > 0 then
            end_wait(tag, name, 'dropped', state, now)
        elseif is_new then -- whatever timer it had is gone
            state.timer = since > 0 and wait_restored(tag, name, state, now, ARGV[11]) or 0
        elseif since > 0 then
            say_board(tag, name, since, due, state.missed) -- its plan may be another one
        end
        if is_new then unread_restored(tag, name, state.unread, now) else note_change(key, now) end
        keep(key, state)
        if not is_new then unarchive(tag, name, now) end
        if is_new then say_there(KEYS[4], state.last_seq) else say_settings(KEYS[4]) end
    end
    return standing(key, now)
end

-- KEYS: conversation, channel
-- ARGV: week, windows and messages used in it elsewhere, end of the window that is open there, where that is, shift, at
-- What was used elsewhere counts here, once for a conversation. Of two weeks the later one counts.
-- Returns 1, 0 where it was done before, -1 where there is no such conversation.
local function carry(KEYS, ARGV)
    local state = state_of(KEYS[1])
    if not state or state.revision == 0 then return -1 end
    if redis.call('HSETNX', KEYS[1], 'carried', ARGV[5]) == 0 then return 0 end
    local now = clock(ARGV[7], tonumber(ARGV[6]), KEYS[1])
    local tag, name = place_of(KEYS[1])
    local week = tonumber(ARGV[1])
    if week > state.week then state.week, state.windows_used, state.messages_used = week, 0, 0 end
    if week == state.week then
        state.windows_used = state.windows_used + tonumber(ARGV[2])
        state.messages_used = state.messages_used + tonumber(ARGV[3])
    end
    state.window_ends_at = math.max(state.window_ends_at, tonumber(ARGV[4]))
    keep(KEYS[1], state)
    note_change(KEYS[1], now)
    unarchive(tag, name, now)
    say_settings(KEYS[2])
    return 1
end

-- KEYS: conversation, channel
-- ARGV: week, windows used in it, shift, at
-- Windows count for several conversations together: so many were used of that week in all of them, as far as is known.
-- Of two weeks the later one counts, of two numbers the greater one. Returns 1, 0 where nothing changed, -1 where there
-- is no such conversation.
local function count_together(KEYS, ARGV)
    local state = state_of(KEYS[1])
    if not state or state.revision == 0 then return -1 end
    local now, week, windows = clock(ARGV[4], tonumber(ARGV[3]), KEYS[1]), tonumber(ARGV[1]), tonumber(ARGV[2])
    if week < state.week or week == state.week and windows <= state.windows_used then return 0 end
    local tag, name = place_of(KEYS[1])
    if week > state.week then state.messages_used = 0 end
    state.week, state.windows_used = week, windows
    keep(KEYS[1], state)
    unarchive(tag, name, now)
    say_settings(KEYS[2])
    return 1
end

-- KEYS: conversation, channel
-- ARGV: length in ms, shift, at
-- Returns 'U' or as `standing`.
local function start_live(KEYS, ARGV)
    local state = state_of(KEYS[1])
    if not state then return 'U' end
    local now = clock(ARGV[3], tonumber(ARGV[2]), KEYS[1])
    local tag, name = place_of(KEYS[1])
    state.live_until = now + tonumber(ARGV[1])
    keep(KEYS[1], state)
    note_change(KEYS[1], now)
    unarchive(tag, name, now)
    say_settings(KEYS[2])
    return standing(KEYS[1], now)
end

-- KEYS: conversation, channel
-- ARGV: 'member' or 'mentor', seq, origin, for how many ms the rest may stay unread (0: for ever), shift, how many texts
-- of the other side there are up to `seq` ('': not known), last seq when they were counted (0: not known): what was
-- deleted since must be counted anew
-- Whoever was told and reads only some of it is told again of the rest, in its time.
-- Returns 1 moved, 0 not moved, -1 beyond the last message; {last seq, the other side's texts, the mark, how many of them
-- it has seen ('': not known)} where the caller must count first.
local function mark_read(KEYS, ARGV)
    local field, seq = ARGV[1] .. '_read', tonumber(ARGV[2])
    local state = state_of(KEYS[1])
    if not state or seq > state.last_seq then return -1 end
    local before = tonumber(redis.call('HGET', KEYS[1], field))
    if seq <= before then return 0 end
    local seen = ARGV[1] == 'member' and state.mentor_texts or state.member_texts
    if seq < state.last_seq then
        local counted = redis.call('HGET', KEYS[1], ARGV[1] .. '_seen')
        local counted_at = tonumber(ARGV[7])
        if ARGV[6] == '' or counted_at > 0 and counted_at ~= state.last_seq then
            return {state.last_seq, seen, before, counted or ''}
        end
        seen = tonumber(ARGV[6])
    end
    local tag, name = place_of(KEYS[1])
    redis.call('HSET', KEYS[1], field, seq, ARGV[1] .. '_seen', text(seen))
    local now, unread_after = clock('', tonumber(ARGV[5]), KEYS[1]), tonumber(ARGV[4])
    unarchive(tag, name, now)
    if of_side(state.unread, ARGV[1]) == TOLD then
        state.unread = with_side(state.unread, ARGV[1], 0)
        if seq < state.last_seq and unread_after > 0 and state.status ~= ENDED then
            state.unread = look_at_reader(tag, name, ARGV[1], state.unread, now + unread_after)
        end
        keep(KEYS[1], state)
    end
    if ARGV[1] == 'mentor' then note_read(KEYS[1], before, seq, now) end
    say_read(KEYS[2], ARGV[1], seq, ARGV[3], text(seen))
    return 1
end

-- KEYS: conversation, channel
-- ARGV: person, seq, origin, shift
-- The mark of whoever stands in for the mentor is theirs alone: nobody is told of anything by it, nor no longer.
-- Returns as `mark_read`.
local function mark_read_standing_in(KEYS, ARGV)
    local field, seq = 'read ' .. ARGV[1], tonumber(ARGV[2])
    local state = state_of(KEYS[1])
    if not state or seq > state.last_seq then return -1 end
    local before = tonumber(redis.call('HGET', KEYS[1], field) or 0)
    if seq <= before then return 0 end
    local tag, name = place_of(KEYS[1])
    redis.call('HSET', KEYS[1], field, seq)
    local now = clock('', tonumber(ARGV[4]), KEYS[1])
    unarchive(tag, name, now)
    note_read(KEYS[1], before, seq, now)
    say_read(KEYS[2], 'substitute', seq, ARGV[3], ARGV[1])
    return 1
end

redis.register_function('configure_@VERSION@', configure)
redis.register_function('carry_@VERSION@', carry)
redis.register_function('count_together_@VERSION@', count_together)
redis.register_function('start_live_@VERSION@', start_live)
redis.register_function('mark_read_@VERSION@', mark_read)
redis.register_function('mark_read_standing_in_@VERSION@', mark_read_standing_in)
