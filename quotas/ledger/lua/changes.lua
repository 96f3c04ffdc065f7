-- Edits, deletions and reactions: entries of the log that are about an earlier message. They open no window, spend
-- nothing, and start or move no deadline.

local NO_END = 9007199254740992 -- 2^53: beyond every seq

-- The entry as it is left of what is deleted: its head, marked, and no text. See chatserver/protocol/entry.py.
local function without_text(entry) return entry:match('^(.-)}\n') .. ',"deleted":true}\n' end

-- Take the text of an entry out of the log, where it is there; its place is kept in `blanked`.
local function blank(log, blanked, seq, deletion)
    local found = redis.call('XRANGE', log, text(seq), text(seq))[1]
    local left = ''
    if found then
        left = ' ' .. found[1]:match('-(%d+)$') .. '\n' .. without_text(found[2][2])
        redis.call('XDEL', log, found[1])
    end
    redis.call('HSET', blanked, text(seq), text(deletion) .. left)
end

-- What is left of a deleted entry, as XRANGE would return it; nil where the log never lacked it.
local function blanked_entry(blanked, seq)
    local kept = redis.call('HGET', blanked, text(seq))
    local at, entry
    if kept then at, entry = kept:match('^%d+ (%d+)\n(.*)$') end
    return at and {text(seq) .. '-' .. at, {'m', entry}} or nil
end

local function seq_of(found) return tonumber(found[1]:match('^%d+')) end

-- The first seq after `after` from which the log lacks nothing until the first of `found`; where none was found, until
-- the last deleted one before `before`.
local function first_whole(found, blanked, after, before)
    local first = found[1] and seq_of(found[1]) or 0
    if first == 0 then
        for _, each in ipairs(redis.call('HKEYS', blanked)) do
            local seq = tonumber(each)
            if seq > after and seq < before and seq > first and blanked_entry(blanked, seq) then first = seq end
        end
        if first == 0 then return before end
    end
    while first - 1 > after and blanked_entry(blanked, first - 1) do first = first - 1 end
    return first
end

-- The first `most` entries of the log with after < seq < before, each deleted one without its text. Where the log no
-- longer has all of them, those behind the last that it lacks.
local function entries(log, blanked, after, before, most)
    local found = redis.call('XRANGE', log, text(after + 1) .. '-0', '(' .. text(before) .. '-0', 'COUNT', most)
    if #found == most and seq_of(found[most]) == after + most then return found end
    if redis.call('EXISTS', blanked) == 0 then return found end
    local first, next, whole = first_whole(found, blanked, after, before), 1, {}
    for seq = first, math.min(before, first + most) - 1 do
        local entry = found[next]
        if entry and seq_of(entry) == seq then next = next + 1 else entry = blanked_entry(blanked, seq) end
        if not entry then break end
        whole[#whole + 1] = entry
    end
    return whole
end

-- KEYS: log, blanked
-- ARGV: after, before, most
local function messages(KEYS, ARGV)
    return entries(KEYS[1], KEYS[2], tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]))
end

-- KEYS: log, blanked, changes
-- ARGV: first and last seq of messages, seq of the last change that is known, most
-- Returns the first `most` changes about these messages with a later seq than that, and how many more there are.
local function changes_about(KEYS, ARGV)
    local seqs, known, most = {}, tonumber(ARGV[3]), tonumber(ARGV[4])
    for _, seq in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], ARGV[1], ARGV[2])) do
        if tonumber(seq) > known then seqs[#seqs + 1] = tonumber(seq) end
    end
    table.sort(seqs)
    local found = {}
    for place = 1, math.min(#seqs, most) do
        local seq = seqs[place]
        found[#found + 1] = entries(KEYS[1], KEYS[2], seq - 1, seq + 1, 1)[1]
    end
    return {found, math.max(0, #seqs - most)}
end

-- The member's message `about` is deleted: one fewer is unanswered, and where none is left, nothing is owed.
local function withdraw(tag, name, state, about, now)
    if state.waiting_since == 0 or about < state.asked_from or state.unanswered == 0 then return end
    state.unanswered = state.unanswered - 1
    if state.unanswered > 0 then return end
    wait_closed(tag, name, 'withdrawn', state.waiting_since, state.due_at, state.missed, now)
    state.waiting_since, state.due_at, state.missed, state.asked_from = 0, 0, 0, 0
end

-- The message `about` of `side` is deleted: one text fewer, also of those that the other side has seen.
local function take_back(key, state, side, about)
    local reader = side == 'member' and 'mentor' or 'member'
    state[side .. '_texts'] = math.max(0, state[side .. '_texts'] - 1)
    local seen = tonumber(redis.call('HGET', key, reader .. '_seen') or 0)
    if about <= tonumber(redis.call('HGET', key, reader .. '_read')) and seen > 0 then
        redis.call('HSET', key, reader .. '_seen', text(seen - 1))
    end
end

-- An edit is told once more: the other side is looked at, unless it was told and has not read since. The writer has seen
-- what they were told of.
local function tell_of_edit(tag, name, state, is_member, is_substitute, now, unread_after)
    local own, other = is_member and 'member' or 'mentor', is_member and 'mentor' or 'member'
    if not is_substitute and of_side(state.unread, own) == TOLD then state.unread = with_side(state.unread, own, 0) end
    if unread_after > 0 and of_side(state.unread, other) == 0 then
        state.unread = look_at_reader(tag, name, other, state.unread, now + unread_after)
    end
end

-- KEYS: conversation, log, sent (even generations), sent (odd generations), channel, changes, blanked
-- ARGV: writer (as for `post`), digest, entry, origin, kind ('edit', 'deletion' or 'reaction'), seq of the message that it
-- is about, its side ('member' or 'mentor'), the last instant at which that can be done (0: always), the key that the
-- entry is sealed with, for how many ms an edit may stay unread (0: for ever), shift, at, 1 where it is about an urgent note
-- Returns 'U' unknown, 'C' id used for something else, 'K' the key is another one, 'G' the message is deleted,
-- 'L' it is too late, {'R', status}: refused, 'A' or 'D' (an earlier one had the id), POSTED, state.
local function change(KEYS, ARGV)
    local key = KEYS[1]
    local state = state_of(key)
    if not state or state.revision == 0 then return 'U' end
    local now = clock(ARGV[12], tonumber(ARGV[11]), key)
    local kind, about, until_ = ARGV[5], tonumber(ARGV[6]), tonumber(ARGV[8])
    local writer, is_substitute = ARGV[1], false
    local is_member = writer:byte(1) == 109 -- 'm'
    if writer:byte(1) == 115 then -- 's'
        local from, upto, person, id = writer:match('^s:(%d+) (%d+) (%S+) (.*)$')
        if now < tonumber(from) or now >= tonumber(upto) then return 'U' end
        writer, is_substitute = 's:' .. person .. ' ' .. id, true
    end

    local generation = math.max(math.floor(now / GENERATION), state.generation)
    local sent, older = KEYS[3 + generation % 2], KEYS[4 - generation % 2]
    local packed = redis.call('HGET', key, 'state')
    -- Of an earlier generation than the one before, nothing is remembered, though it may be there yet.
    local earlier = state.generation == generation and redis.call('HGET', sent, writer)
        or state.generation >= generation - 1 and redis.call('HGET', older, writer)
    if earlier then return answer_again(earlier, ARGV[2], now, packed) end
    if state.status >= ENDED then return {'R', REFUSED_AS[state.status]} end
    if about > state.last_seq then return 'U' end
    if redis.call('HEXISTS', KEYS[7], ARGV[6]) == 1 then return 'G' end
    if until_ > 0 and now > until_ then return 'L' end
    if redis.call('HGET', key, 'key') ~= ARGV[9] then return 'K' end

    local tag, name = place_of(key)
    local seq = state.last_seq + 1
    -- First: where it fails, nothing is noted.
    redis.call('XADD', KEYS[2], text(seq) .. '-' .. text(now), 'm', ARGV[3])
    remember(sent, older, state.generation, generation, writer, ARGV[2] .. 'A' .. struct.pack('>Ii8', seq, now))
    if kind == 'deletion' then
        for _, each in ipairs(redis.call('ZRANGEBYSCORE', KEYS[6], ARGV[6], ARGV[6])) do
            local entry = redis.call('XRANGE', KEYS[2], each, each)[1]
            if entry and entry[2][2]:match('^[^\n]*"kind":"edit"') then blank(KEYS[2], KEYS[7], tonumber(each), seq) end
        end
        blank(KEYS[2], KEYS[7], about, seq)
        take_back(key, state, ARGV[7], about)
        if ARGV[7] == 'member' and ARGV[13] == '0' then withdraw(tag, name, state, about, now) end
    elseif kind == 'edit' then
        tell_of_edit(tag, name, state, is_member, is_substitute, now, tonumber(ARGV[10]))
    end
    redis.call('ZADD', KEYS[6], about, text(seq))
    if state.behind == 0 then unarchive(tag, name, now) end
    state.last_seq, state.behind, state.generation = seq, 1, generation
    state.last_at = math.max(state.last_at, now)
    keep(key, state)
    packed = redis.call('HGET', key, 'state')
    local posted = struct.pack(POSTED, seq, now, -1, 0)
    local seen = redis.call('HMGET', key, 'member_seen', 'mentor_seen')
    local more = table.concat({'', kind, ARGV[6], seen[1] or '0', seen[2] or '0'}, ' ')
    say_change(KEYS[5], posted, packed, ARGV[4], more, ARGV[3])
    return 'A' .. posted .. packed
end

redis.register_function('change_@VERSION@', change)
redis.register_function{function_name = 'messages_@VERSION@', callback = messages, flags = {'no-writes'}}
redis.register_function{function_name = 'changes_about_@VERSION@', callback = changes_about, flags = {'no-writes'}}
