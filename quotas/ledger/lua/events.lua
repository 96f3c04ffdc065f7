-- Events: entries of the log that the system writes. They stand between the messages and count for nothing else.

-- Append an entry that is nobody's message, and say so. Where the log does not take it, nothing is changed.
local function append(key, log, channel, state, entry, now)
    local seq = state.last_seq + 1
    redis.call('XADD', log, text(seq) .. '-' .. text(now), 'm', entry)
    if state.behind == 0 then
        local tag, name = place_of(key)
        unarchive(tag, name, now)
    end
    state.last_seq, state.behind, state.last_at = seq, 1, math.max(state.last_at, now)
    keep(key, state)
    local posted = struct.pack(POSTED, seq, now, -1, 0)
    say_message(channel, posted, redis.call('HGET', key, 'state'), '', entry) -- nobody's connection wrote it
end

-- KEYS: conversation, log, channel
-- ARGV: number, entry, shift, at
-- Appends it unless that number or a later one was appended before: `told` of the conversation is the last one's.
-- Returns 1 appended, 0 not, -1 where the conversation is unknown, or is being restored.
local function write_event(KEYS, ARGV)
    local key = KEYS[1]
    local state = state_of(key)
    if not state or state.revision == 0 then return -1 end
    if tonumber(ARGV[1]) <= tonumber(redis.call('HGET', key, 'told') or 0) then return 0 end
    append(key, KEYS[2], KEYS[3], state, ARGV[2], clock(ARGV[4], tonumber(ARGV[3]), key))
    redis.call('HSET', key, 'told', ARGV[1])
    return 1
end

redis.register_function('write_event_@VERSION@', write_event)
