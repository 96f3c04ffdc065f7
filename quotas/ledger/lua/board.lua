-- The board: open waits by urgency, and how many there are.

-- Whether a name stands behind another in a sorted set: byte by byte. Lua's own `>` asks the store's locale.
local function is_behind(name, other)
    for place = 1, math.min(#name, #other) do
        local byte, byte_of_other = name:byte(place), other:byte(place)
        if byte ~= byte_of_other then return byte > byte_of_other end
    end
    return #name > #other
end

-- How many of a sorted set stand at `due` and `name` or before: halves those that have that very score.
local function rank_beyond(index, due, name)
    local low, high = redis.call('ZCOUNT', index, '-inf', '(' .. due), redis.call('ZCOUNT', index, '-inf', due)
    while low < high do
        local middle = math.floor((low + high) / 2)
        if is_behind(redis.call('ZRANGE', index, middle, middle)[1], name) then high = middle else low = middle + 1 end
    end
    return low
end

-- Those of the first `count` of a sorted set whose conversation is on a plan, with their ranks. Reads each of them.
local function on_plan(tag, plan, index, count)
    local chosen = {}
    for place, name in ipairs(count > 0 and redis.call('ZRANGE', index, 0, count - 1) or {}) do
        if redis.call('HGET', tag .. ':conversation:' .. name, 'plan') == plan then
            chosen[#chosen + 1] = {rank = place - 1, name = name}
        end
    end
    return chosen
end

-- KEYS: the open waits of a partition, those of them whose miss was noted
-- ARGV: now, state ('waiting', 'overdue' or 'missed'), plan ('' for any), due (or 'inf') and name to go on after, most
-- Returns how many of that plan are waiting, overdue and missed, whatever the state, and the first `most` of the state,
-- by deadline and name: name, due, and so on. With a plan it reads every wait of the partition, else none.
local function open_waits(KEYS, ARGV)
    local waits, missed, state, plan, most = KEYS[1], KEYS[2], ARGV[2], ARGV[3], tonumber(ARGV[6])
    local late = redis.call('ZCOUNT', waits, '-inf', '(' .. ARGV[1])
    local late_and_missed = redis.call('ZCOUNT', missed, '-inf', '(' .. ARGV[1])
    local open = redis.call('ZCARD', waits)
    local index = state == 'missed' and missed or waits
    local first = rank_beyond(index, ARGV[4], ARGV[5])
    local upto = ({waiting = open, overdue = late, missed = late_and_missed})[state]
    local rows = {}
    if plan == '' then
        upto = math.min(upto, first + most)
        if first < upto then rows = redis.call('ZRANGE', index, first, upto - 1, 'WITHSCORES') end
        return {open, late, late_and_missed, rows}
    end
    local tag = waits:match('^({%d+})')
    local owed, noted = on_plan(tag, plan, waits, open), on_plan(tag, plan, missed, late_and_missed)
    local overdue = 0
    for _, wait in ipairs(owed) do
        if wait.rank < late then overdue = overdue + 1 end
    end
    for _, wait in ipairs(index == missed and noted or owed) do
        if first <= wait.rank and wait.rank < upto and #rows < 2 * most then
            rows[#rows + 1] = wait.name
            rows[#rows + 1] = redis.call('ZSCORE', index, wait.name)
        end
    end
    return {#owed, overdue, #noted, rows}
end

redis.register_function{function_name = 'open_waits_@VERSION@', callback = open_waits, flags = {'no-writes'}}
