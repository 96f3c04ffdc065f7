-- Unread messages: each side has one timer for all that comes until it rings; then they are told, once until they read.

local UNREAD = 'unread' -- the kind of the timers; their names are `<side> <conversation>`, of the side that has not read
local PENDING, TOLD = 1, 2 -- of a side: its timer is set; it was told, and has neither read nor written since
local SHARE = {member = 1, mentor = 4} -- the mentor's are the higher two bits of `unread`
local MENTOR = SHARE.mentor

local function of_side(unread, side) return math.floor(unread / SHARE[side]) % 4 end

local function with_side(unread, side, bits) return unread + (bits - of_side(unread, side)) * SHARE[side] end

-- At that instant somebody looks whether the side has read. Returns `unread`.
local function look_at_reader(tag, name, side, unread, at)
    set_timer(tag, UNREAD, side .. ' ' .. name, at)
    return with_side(unread, side, PENDING)
end

-- A conversation that was restored: whoever had a timer is looked at at once. Who was told stays told.
local function unread_restored(tag, name, unread, now)
    for side in pairs(SHARE) do
        if of_side(unread, side) == PENDING then look_at_reader(tag, name, side, unread, now) end
    end
end

local function forget_readers(tag, name)
    for side in pairs(SHARE) do clear_timer(tag, UNREAD, side .. ' ' .. name) end
end

-- KEYS: conversation
-- ARGV: side, last seq that was looked at, outcome ('none' unread, 'told', 'later'), when it is looked at again where
-- it must be (0: at once), shift
-- What a timer rang for is settled. Told of what was read meanwhile is none; none, where more was written meanwhile,
-- is later. Returns 'none', 'told' or 'later', as it is now, or 'gone' where the conversation is unknown.
local function settle_unread(KEYS, ARGV)
    local key, side, seen, outcome, at = KEYS[1], ARGV[1], tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[4])
    local tag, name = place_of(key)
    local state = state_of(key)
    if not state or state.revision == 0 then -- one that is being restored gets its timers when it is configured
        clear_timer(tag, UNREAD, side .. ' ' .. name)
        return 'gone'
    end
    if outcome == 'told' and tonumber(redis.call('HGET', key, side .. '_read')) >= seen then outcome = 'none' end
    if outcome == 'none' and state.last_seq > seen then outcome = 'later' end
    if outcome == 'later' then
        if at == 0 then at = clock('', tonumber(ARGV[5]), key) end
        state.unread = look_at_reader(tag, name, side, state.unread, at)
    else
        clear_timer(tag, UNREAD, side .. ' ' .. name)
        state.unread = with_side(state.unread, side, outcome == 'told' and TOLD or 0)
    end
    keep(key, state)
    return outcome
end

redis.register_function('settle_unread_@VERSION@', settle_unread)
