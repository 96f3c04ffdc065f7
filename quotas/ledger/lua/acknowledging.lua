-- Acknowledging: what waits needs no answer, says the mentor's side. The wait is over, and an event tells both of it.

-- KEYS: conversation, log, channel
-- ARGV: since when the wait is open, last seq that was looked at (0: whatever was written), entry, shift, at; of whoever
-- stands in from, until and person ('' for nobody)
-- Returns 'U' where the conversation is unknown, or being restored, or not theirs who stand in;
-- {'M', since when a wait is open (0: none is), last seq} where that is another one, or more was written;
-- {'A', seq, at}.
local function acknowledge(KEYS, ARGV)
    local key = KEYS[1]
    local state = state_of(key)
    if not state or state.revision == 0 then return 'U' end
    local now = clock(ARGV[5], tonumber(ARGV[4]), key)
    local by
    if ARGV[8] ~= '' then
        if now < tonumber(ARGV[6]) or now >= tonumber(ARGV[7]) then return 'U' end
        by = ' ' .. ARGV[8]
    end
    local since, looked_at = state.waiting_since, tonumber(ARGV[2])
    if since == 0 or since ~= tonumber(ARGV[1]) or looked_at > 0 and looked_at ~= state.last_seq then
        return {'M', since, state.last_seq}
    end
    local tag, name = place_of(key)
    add_entry(key, KEYS[2], state, ARGV[3], now)
    end_wait(tag, name, 'acknowledged', state, now, by)
    tell_entry(key, KEYS[3], state, ARGV[3], now)
    return {'A', state.last_seq, now}
end

redis.register_function('acknowledge_@VERSION@', acknowledge)
