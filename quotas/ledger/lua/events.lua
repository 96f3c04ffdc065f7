-- Events: entries of the log that the system writes. They stand between the messages, are unread to both sides, and count
-- for nothing else.

-- Keep the state, and say that an entry joined which no connection wrote.
local function tell_entry(key, channel, state, entry, now)
    state.member_texts, state.mentor_texts = state.member_texts + 1, state.mentor_texts + 1
    keep(key, state)
    local posted = struct.pack(POSTED, state.last_seq, now, -1, 0)
    say_message(channel, posted, redis.call('HGET', key, 'state'), '', entry)
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
    local now = clock(ARGV[4], tonumber(ARGV[3]), key)
    add_entry(key, KEYS[2], state, ARGV[2], now)
    tell_entry(key, KEYS[3], state, ARGV[2], now)
    redis.call('HSET', key, 'told', ARGV[1])
    return 1
end

redis.register_function('write_event_@VERSION@', write_event)
