-- The log: entries one behind the other, and the places of those that were deleted, which have no text any more.

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

-- Append an entry, which the state then counts; the caller keeps it. Where the log does not take it, nothing is changed.
-- Returns its seq.
local function add_entry(key, log, state, entry, now)
    local seq = state.last_seq + 1
    redis.call('XADD', log, text(seq) .. '-' .. text(now), 'm', entry)
    if state.behind == 0 then
        local tag, name = place_of(key)
        unarchive(tag, name, now)
    end
    state.last_seq, state.behind, state.last_at = seq, 1, math.max(state.last_at, now)
    return seq
end

redis.register_function{function_name = 'messages_@VERSION@', callback = messages, flags = {'no-writes'}}
