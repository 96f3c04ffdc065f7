-- The archive: what it lacks, what it has, and what comes back from it.

local DAY = 86400000 -- in ms

local function digest(state) return redis.sha1hex(table.concat(state, '\n')) end

-- KEYS: conversation, log, blanked
-- ARGV: most
-- Returns 'U', or the hash, its digest, and the first `most` messages that the archive lacks.
local function unarchived(KEYS, ARGV)
    local state = redis.call('HGETALL', KEYS[1])
    if #state == 0 then return 'U' end
    local archived = redis.call('HGET', KEYS[1], 'archived')
    local lacking = entries(KEYS[2], KEYS[3], tonumber(archived), NO_END, tonumber(ARGV[1]))
    return {state, digest(state), lacking}
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

-- The archive has everything up to `seq`, and the log begins with `first`: what is before both is needed no more.
local function forget_changes(changes, blanked, seq, first)
    for _, each in ipairs(redis.call('ZRANGE', changes, 0, -1)) do
        local number = tonumber(each)
        if number <= seq and number < first then redis.call('ZREM', changes, each) end
    end
    for _, each in ipairs(redis.call('HKEYS', blanked)) do
        local deletion = tonumber(redis.call('HGET', blanked, each):match('^%d+'))
        if deletion <= seq and tonumber(each) < first then redis.call('HDEL', blanked, each) end
    end
end

-- Where the archive has a deletion since just now, write the log anew: of entries that were taken out of a stream, or
-- trimmed, the bytes stay in its memory, and so in the store's files, beside those of entries that are left.
local function leave_no_traces(log, blanked, before, seq)
    local is_due = false
    for _, each in ipairs(redis.call('HVALS', blanked)) do
        local deletion = tonumber(each:match('^%d+'))
        is_due = is_due or before < deletion and deletion <= seq
    end
    if not is_due then return end
    local left = redis.call('XRANGE', log, '-', '+')
    redis.call('DEL', log)
    for _, each in ipairs(left) do redis.call('XADD', log, each[1], unpack(each[2])) end
end

-- KEYS: conversation, log, conversations of which the archive lacks something, changes, blanked
-- ARGV: seq up to which the archive has everything, what it was before, digest of the hash that it has ('' for none:
-- only messages were stored, and there are more), most messages to keep, for how many ms to keep them, shift
-- Trims the log, never beyond what is archived, leaves nothing in it of what was deleted, and says when the archive looks
-- at the conversation again.
-- Returns 1, or 0 where another archived it meanwhile.
local function archived(KEYS, ARGV)
    local seq, keep_messages, age = tonumber(ARGV[1]), tonumber(ARGV[4]), tonumber(ARGV[5])
    local now = clock('', tonumber(ARGV[6]), KEYS[1])
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
    leave_no_traces(KEYS[2], KEYS[5], tonumber(ARGV[2]), seq)
    forget_changes(KEYS[4], KEYS[5], seq, first and seq_of(first) or state.last_seq + 1)
    if same and first then -- the oldest message grows old; once a day is often enough to look
        redis.call('ZADD', KEYS[3], math.max(first[1]:match('-(%d+)$') + age, now + DAY), name)
    elseif same then
        redis.call('ZREM', KEYS[3], name)
    elseif ARGV[3] ~= '' then
        redis.call('ZADD', KEYS[3], now, name)
    end
    return 1
end

-- KEYS: conversation, log, sent (even generations), sent (odd generations), changes, blanked
-- ARGV: last seq of the archive, last seq in the store ('' where the conversation is unknown), shift, how many words
-- are fields of the conversation and their values, how many are of messages that the archive lacks: instant, entry, what
-- it changes (0: nothing), 1 where it deletes that; those words; then ids and their records
-- Puts what the archive has in the place of what the store has, and the messages after it. The conversation is unknown
-- until `configure` brings its settings. Returns 1, or 0 where something was written meanwhile.
local function restore(KEYS, ARGV)
    local now = clock('', tonumber(ARGV[3]), KEYS[1])
    local lost = state_of(KEYS[1])
    if (lost and text(lost.last_seq) or '') ~= ARGV[2] then return 0 end
    local tag, name = place_of(KEYS[1])
    redis.call('DEL', unpack(KEYS))
    for _, index in ipairs({':waits', ':missed', ':unarchived'}) do redis.call('ZREM', tag .. index, name) end
    clear_timer(tag, REPLY, name)
    forget_readers(tag, name)
    local generation = math.floor(now / GENERATION)
    local messages = 6 + tonumber(ARGV[4])
    local ids = messages + tonumber(ARGV[5])
    for place = 6, messages - 1, 2 do redis.call('HSET', KEYS[1], ARGV[place], ARGV[place + 1]) end
    local seq = tonumber(ARGV[1])
    for place = messages, ids - 1, 4 do
        local about = ARGV[place + 2]
        seq = seq + 1
        redis.call('XADD', KEYS[2], text(seq) .. '-' .. ARGV[place], 'm', ARGV[place + 1])
        if about ~= '0' then redis.call('ZADD', KEYS[5], about, text(seq)) end
        if ARGV[place + 3] == '1' then redis.call('HSET', KEYS[6], about, text(seq)) end
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

redis.register_function{function_name = 'unarchived_@VERSION@', callback = unarchived, flags = {'no-writes'}}
redis.register_function('archived_@VERSION@', archived)
redis.register_function('restore_@VERSION@', restore)
