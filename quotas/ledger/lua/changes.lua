-- Edits, deletions and reactions: entries of the log that are about an earlier message. They open no window, spend
-- nothing, and start or move no deadline.

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
    end_wait(tag, name, 'withdrawn', state, now)
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

-- How many changes there are about a message with a later seq than that.
local function changes_since(changes, about, known)
    local count = 0
    for _, seq in ipairs(redis.call('ZRANGEBYSCORE', changes, about, about)) do
        if tonumber(seq) > known then count = count + 1 end
    end
    return count
end

-- KEYS: conversation, log, sent (even generations), sent (odd generations), channel, changes, blanked
-- ARGV: writer (as for `post`), digest, entry, origin, kind ('edit', 'deletion' or 'reaction'), seq of the message that it
-- is about, its side ('member' or 'mentor'), the last instant at which that can be done (0: always), the key that the
-- entry is sealed with, for how many ms an edit may stay unread (0: for ever), shift, at, how many more of the kind its
-- writer may write about the message (0: any number), seq of the last change about it that is known
-- Returns 'U' unknown, 'C' id used for something else, 'K' the key is another one, 'G' the message is deleted,
-- 'L' it is too late, 'M' so many changes came about it since the last known one, {'R', status}: refused,
-- 'A' or 'D' (an earlier one had the id), POSTED, state.
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
    local earlier = remembered(sent, older, state.generation, generation, writer)
    if earlier then return answer_again(earlier, ARGV[2], now, packed) end
    if state.status >= ENDED then return {'R', REFUSED_AS[state.status]} end
    if about > state.last_seq then return 'U' end
    if redis.call('HEXISTS', KEYS[7], ARGV[6]) == 1 then return 'G' end
    if until_ > 0 and now > until_ then return 'L' end
    local left = tonumber(ARGV[13])
    if left > 0 and changes_since(KEYS[6], ARGV[6], tonumber(ARGV[14])) >= left then return 'M' end
    if redis.call('HGET', key, 'key') ~= ARGV[9] then return 'K' end

    local tag, name = place_of(key)
    local seq = add_entry(key, KEYS[2], state, ARGV[3], now)
    remember(sent, older, state.generation, generation, writer, ARGV[2] .. 'A' .. struct.pack('>Ii8', seq, now))
    if kind == 'deletion' then
        for _, each in ipairs(redis.call('ZRANGEBYSCORE', KEYS[6], ARGV[6], ARGV[6])) do
            local entry = redis.call('XRANGE', KEYS[2], each, each)[1]
            if entry and entry[2][2]:match('^[^\n]*"kind":"edit"') then blank(KEYS[2], KEYS[7], tonumber(each), seq) end
        end
        blank(KEYS[2], KEYS[7], about, seq)
        take_back(key, state, ARGV[7], about)
        if ARGV[7] == 'member' then withdraw(tag, name, state, about, now) end
    elseif kind == 'edit' then
        tell_of_edit(tag, name, state, is_member, is_substitute, now, tonumber(ARGV[10]))
    end
    redis.call('ZADD', KEYS[6], about, text(seq))
    state.generation = generation
    keep(key, state)
    packed = redis.call('HGET', key, 'state')
    local posted = struct.pack(POSTED, seq, now, -1, 0)
    local seen = redis.call('HMGET', key, 'member_seen', 'mentor_seen')
    local more = table.concat({'', kind, ARGV[6], seen[1] or '0', seen[2] or '0'}, ' ')
    say_change(KEYS[5], posted, packed, ARGV[4], more, ARGV[3])
    return 'A' .. posted .. packed
end

redis.register_function('change_@VERSION@', change)
redis.register_function{function_name = 'changes_about_@VERSION@', callback = changes_about, flags = {'no-writes'}}
