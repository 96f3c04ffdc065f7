#!lua name=chatserver_@VERSION@

-- The ledger's functions. Each touches one partition only; KEYS and ARGV are named at the head of each.
-- The rules are those of quotas/admission.py, word for word; instants are ms since 1970, 0 stands for none.
-- Terms travel as big-endian doubles, in the order of quotas/ledger/redis.py `_TERMS`.

local GENERATION = 172800000 -- 48 h in ms: how long an id is remembered at least; see IDEMPOTENCY_PERIOD
local DIGEST = 8 -- bytes of a text's digest; see DIGEST_BYTES
local FROM_FIRST = 2
local QUARTER = 900000 -- 15 min in ms: every zone's days begin on one

local FIELDS = {
    'status', 'revision', 'week', 'windows_used', 'messages_used', 'window_ends_at', 'live_until',
    'waiting_since', 'due_at', 'last_seq', 'generation', 'missed', 'timer', 'quarter',
}

-- `at` is '' for the store's clock, else the instant to act at; `shift` moves the store's clock.
local function clock(at, shift)
    if at ~= '' then return tonumber(at) end
    local time = redis.call('TIME')
    return time[1] * 1000 + math.floor(time[2] / 1000) + shift
end

local function standing(key, now)
    return {'stale', tostring(now), redis.call('HGETALL', key)}
end

-- What an earlier post with this id was answered: nil, or the record.
local function first_answer(key, older, field, generation, written)
    if written == generation then
        return redis.call('HGET', key, field) or redis.call('HGET', older, field)
    end
    redis.call('DEL', key)
    if written == generation - 1 then return redis.call('HGET', older, field) end
    redis.call('DEL', older)
    return false
end

-- Keep what this id was answered; the first of a generation says so in the conversation.
local function remember(conversation, key, written, generation, field, record)
    redis.call('HSET', key, field, record)
    if tonumber(written) ~= generation then
        redis.call('HSET', conversation, 'generation', generation)
        redis.call('PEXPIRE', key, 2 * GENERATION)
    end
end

-- The wait has begun or its deadline moved: put it on the board, and set a timer for the first warning, or for the
-- miss where there is none. A timer that rings too early is set anew then; so it is only ever moved forward here.
local function wait_moved(key, since, due, missed, timer, now, warn_first)
    local tag, name = key:match('^({%d+}):conversation:(.*)$')
    redis.call('ZADD', tag .. ':waits', due > 0 and due or 'inf', name)
    if due > 0 and missed == 0 then
        local wake = due + 1
        if warn_first > 0 then wake = math.max(now, due - warn_first) end
        if timer == 0 or wake < timer then
            redis.call('ZADD', tag .. ':timers', wake, name)
            redis.call('HSET', key, 'timer', wake)
        end
    end
    redis.call('SPUBLISH', tag .. ':board', name .. ' ' .. since .. ' ' .. due .. ' ' .. missed)
end

local function event(tag, kind, name, since, due, at)
    redis.call('XADD', tag .. ':events', '*', 'e', kind .. ' ' .. name .. ' ' .. since .. ' ' .. due .. ' ' .. at)
end

-- The wait is over: `kind` is answered or dropped. An answer that came late before its miss was noted notes it too.
local function wait_closed(key, kind, since, due, missed, now)
    local tag, name = key:match('^({%d+}):conversation:(.*)$')
    redis.call('ZREM', tag .. ':waits', name)
    if kind == 'answered' and due > 0 and now > due and missed == 0 then
        event(tag, 'missed', name, since, due, due)
        redis.call('SPUBLISH', tag .. ':feed:' .. name, 'D missed 0 ' .. due)
    end
    event(tag, kind, name, since, due, now)
    if missed == 1 then redis.call('HSET', key, 'missed', 0) end
    redis.call('SPUBLISH', tag .. ':board', name .. ' 0 0 0')
end

-- On which days a mentor wrote is counted elsewhere; here it is enough to say so once in a quarter of an hour.
local function mentor_wrote(key, quarter, now)
    local this = math.floor(now / QUARTER)
    if tonumber(quarter) == this then return end
    local tag, name = key:match('^({%d+}):conversation:(.*)$')
    redis.call('HSET', key, 'quarter', this)
    event(tag, 'wrote', name, 0, 0, now)
end

-- KEYS: conversation, log, sent (even generations), sent (odd generations), channel
-- ARGV: writer ('m:' or 't:' and the message id), digest, entry, origin, terms, at
-- Returns 'U' unknown, 'C' id used for another text, {'stale', now, fields},
-- 'A|D seq at week windows messages window_ends live since due waited late' accepted (D: before; waited -1: no wait
-- was ended),
-- 'R|Q at week windows messages window_ends live since due opens_at reason' refused (Q: before).
local function post(KEYS, ARGV)
    local stored = redis.call('HMGET', KEYS[1], unpack(FIELDS))
    local status = stored[1]
    if not status then return 'U' end
    local revision, valid_from, valid_until, shift, terms_live, this_week, window_length, windows_per_week, cut_at,
        messages_per_week, closed_until, next_week_opens_at, reply, due_shift, due_fixed, live_due_at, warn_first =
        struct.unpack('>ddddddddddddddddd', ARGV[5])
    local now = clock(ARGV[6], shift)
    local live = tonumber(stored[7])
    if tonumber(stored[2]) ~= revision or live ~= terms_live or now < valid_from or now >= valid_until then
        return standing(KEYS[1], now)
    end

    local week, windows, messages = tonumber(stored[3]), tonumber(stored[4]), tonumber(stored[5])
    local window_ends, since, due = tonumber(stored[6]), tonumber(stored[8]), tonumber(stored[9])
    local seq = tonumber(stored[10])

    local writer = ARGV[1]
    local remembered = #writer > 2
    local sent, generation
    if remembered then
        generation = math.max(math.floor(now / GENERATION), tonumber(stored[11])) -- a clock set back forgets nothing
        sent = KEYS[3 + generation % 2]
        local record = first_answer(sent, KEYS[4 - generation % 2], writer, generation, tonumber(stored[11]))
        if record then
            if record:sub(1, DIGEST) ~= ARGV[2] then return 'C' end
            local usage = table.concat({week, windows, messages, window_ends, live, since, due}, ' ')
            local kind, first, second = record:match('^(.)(%S+) (%S+)$', DIGEST + 1)
            if kind == 'A' then return 'D ' .. first .. ' ' .. second .. ' ' .. usage .. ' -1 0' end
            return 'Q ' .. now .. ' ' .. usage .. ' ' .. first .. ' ' .. second
        end
    end

    -- Admission: first match wins.
    local refused, opens_at
    local spends = false
    local waited, late = -1, 0
    if writer:byte(1) == 109 then -- 'm': a member's message
        if status ~= 'open' then
            refused, opens_at = status, 0
        elseif now >= live and now >= window_ends then
            local windows_now, messages_now = windows, messages
            if week < this_week then windows_now, messages_now = 0, 0 end
            if window_length > 0 and windows_now >= windows_per_week then
                refused, opens_at = 'quota_used', next_week_opens_at
            elseif messages_per_week > 0 and messages_now >= messages_per_week then
                refused, opens_at = 'messages_used', next_week_opens_at
            elseif closed_until > 0 then
                refused, opens_at = 'closed', closed_until
            elseif window_length > 0 then
                window_ends = now + window_length
                if cut_at > 0 and cut_at < window_ends then window_ends = cut_at end
                week, windows, messages = math.max(week, this_week), windows_now + 1, messages_now
                spends = true
            elseif messages_per_week > 0 then
                week, windows, messages = math.max(week, this_week), windows_now, messages_now + 1
                spends = true
            end
        end
        if not refused then
            if since == 0 then since = now end
            local asked = 0
            if reply > 0 then
                if now < live then asked = live_due_at
                elseif due_fixed > 0 then asked = due_fixed
                else asked = now + due_shift end
            end
            local passed = due > 0 and now > due
            local kept = due > 0 and reply == FROM_FIRST
            if asked > 0 and not passed and not kept then due = asked end
        end
    elseif status == 'ended' then
        refused, opens_at = 'ended', 0
    elseif since > 0 then
        waited = math.max(0, now - since) -- a clock set back
        if due > 0 and now > due then late = 1 end
        since, due = 0, 0
    end

    local usage = table.concat({week, windows, messages, window_ends, live, since, due}, ' ')
    if refused then
        if remembered then
            local record = ARGV[2] .. 'R' .. opens_at .. ' ' .. refused
            remember(KEYS[1], sent, stored[11], generation, writer, record)
        end
        return 'R ' .. now .. ' ' .. usage .. ' ' .. opens_at .. ' ' .. refused
    end

    seq = seq + 1
    redis.call('XADD', KEYS[2], seq .. '-' .. now, 'm', ARGV[3])
    redis.call('HSET', KEYS[1], 'waiting_since', since, 'due_at', due, 'last_seq', seq)
    if spends then
        redis.call('HSET', KEYS[1], 'week', week, 'windows_used', windows, 'messages_used', messages,
            'window_ends_at', window_ends)
    end
    if remembered then remember(KEYS[1], sent, stored[11], generation, writer, ARGV[2] .. 'A' .. seq .. ' ' .. now) end
    if due ~= tonumber(stored[9]) or since ~= tonumber(stored[8]) then
        if since > 0 then
            wait_moved(KEYS[1], since, due, tonumber(stored[12]), tonumber(stored[13]), now, warn_first)
        else
            wait_closed(KEYS[1], 'answered', tonumber(stored[8]), tonumber(stored[9]), tonumber(stored[12]), now)
        end
    end
    if writer:byte(1) ~= 109 then mentor_wrote(KEYS[1], stored[14], now) end
    local state = seq .. ' ' .. now .. ' ' .. usage
    redis.call('SPUBLISH', KEYS[5], 'M ' .. state .. ' ' .. ARGV[4] .. '\n' .. ARGV[3])
    return 'A ' .. state .. ' ' .. waited .. ' ' .. late
end

-- KEYS: conversation, channel
-- ARGV: revision, status, member, mentor, plan, zone, holidays, shift, at
-- An older revision changes nothing. Ended stays ended, and has no wait. Returns as `standing`.
local function configure(KEYS, ARGV)
    local now = clock(ARGV[9], tonumber(ARGV[8]))
    local stored = redis.call('HMGET', KEYS[1], 'revision', 'status', 'waiting_since', 'due_at', 'missed')
    if not stored[1] then
        redis.call('HSET', KEYS[1], 'week', 0, 'windows_used', 0, 'messages_used', 0, 'window_ends_at', 0,
            'live_until', 0, 'waiting_since', 0, 'due_at', 0, 'last_seq', 0, 'generation', 0,
            'member_read', 0, 'mentor_read', 0, 'missed', 0, 'timer', 0, 'warned', '0 0', 'quarter', 0)
    end
    if not stored[1] or tonumber(ARGV[1]) > tonumber(stored[1]) then
        local status = stored[2] == 'ended' and 'ended' or ARGV[2]
        redis.call('HSET', KEYS[1], 'revision', ARGV[1], 'status', status, 'member', ARGV[3], 'mentor', ARGV[4],
            'plan', ARGV[5], 'zone', ARGV[6], 'holidays', ARGV[7])
        local since = tonumber(stored[3] or 0)
        if status == 'ended' and since > 0 then
            redis.call('HSET', KEYS[1], 'waiting_since', 0, 'due_at', 0)
            wait_closed(KEYS[1], 'dropped', since, tonumber(stored[4]), tonumber(stored[5]), now)
        end
        redis.call('SPUBLISH', KEYS[2], 'S')
    end
    return standing(KEYS[1], now)
end

-- KEYS: conversation, channel
-- ARGV: length in ms, shift, at
-- Returns 'U' or as `standing`.
local function start_live(KEYS, ARGV)
    if redis.call('EXISTS', KEYS[1]) == 0 then return 'U' end
    local now = clock(ARGV[3], tonumber(ARGV[2]))
    redis.call('HSET', KEYS[1], 'live_until', now + tonumber(ARGV[1]))
    redis.call('SPUBLISH', KEYS[2], 'S')
    return standing(KEYS[1], now)
end

-- KEYS: conversation, channel
-- ARGV: 'member' or 'mentor', seq, origin
-- Returns 1 moved, 0 not moved, -1 beyond the last message.
local function mark_read(KEYS, ARGV)
    local field, seq = ARGV[1] .. '_read', tonumber(ARGV[2])
    local stored = redis.call('HMGET', KEYS[1], field, 'last_seq')
    if not stored[2] or seq > tonumber(stored[2]) then return -1 end
    if seq <= tonumber(stored[1]) then return 0 end
    redis.call('HSET', KEYS[1], field, seq)
    redis.call('SPUBLISH', KEYS[2], 'R ' .. ARGV[1] .. ' ' .. seq .. ' ' .. ARGV[3])
    return 1
end

-- KEYS: the timers of a partition
-- ARGV: shift, lease in ms, most
-- Returns now and the conversations whose timers have rung; each rings again after the lease unless it is settled.
local function claim(KEYS, ARGV)
    local now = clock('', tonumber(ARGV[1]))
    local rung = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, ARGV[3])
    for _, name in ipairs(rung) do redis.call('ZADD', KEYS[1], 'XX', now + tonumber(ARGV[2]), name) end
    return {tostring(now), rung}
end

-- KEYS: conversation, channel
-- ARGV: due (the deadline that was looked at), kind ('warning', 'missed' or 'none'), hours, next (0: no more timers), at
-- Notes a warning or a miss once, and sets the next timer. Returns 'gone' where no deadline is open, 'moved' where it
-- is another one, else 'noted' or 'known'.
local function settle(KEYS, ARGV)
    local stored = redis.call('HMGET', KEYS[1], 'waiting_since', 'due_at', 'missed', 'warned')
    local tag, name = KEYS[1]:match('^({%d+}):conversation:(.*)$')
    local since, due = tonumber(stored[1] or 0), tonumber(stored[2] or 0)
    local kind, next = ARGV[2], tonumber(ARGV[4])
    if due == 0 or stored[3] == '1' then
        redis.call('ZREM', tag .. ':timers', name)
        if stored[1] then redis.call('HSET', KEYS[1], 'timer', 0) end
        return 'gone'
    end
    if due ~= tonumber(ARGV[1]) then return 'moved' end
    local outcome = 'known'
    if kind == 'missed' then
        outcome = 'noted'
        redis.call('HSET', KEYS[1], 'missed', 1)
        redis.call('SPUBLISH', tag .. ':board', name .. ' ' .. since .. ' ' .. due .. ' 1')
    elseif kind == 'warning' then
        local warned_due, warned_hours = stored[4]:match('^(%S+) (%S+)$')
        if tonumber(warned_due) ~= due or tonumber(warned_hours) > tonumber(ARGV[3]) then
            outcome = 'noted'
            redis.call('HSET', KEYS[1], 'warned', due .. ' ' .. ARGV[3])
        end
    end
    if outcome == 'noted' then
        event(tag, kind, name, since, due, ARGV[5])
        redis.call('SPUBLISH', KEYS[2], 'D ' .. kind .. ' ' .. ARGV[3] .. ' ' .. due)
    end
    if next > 0 then
        redis.call('ZADD', tag .. ':timers', next, name)
    else
        redis.call('ZREM', tag .. ':timers', name)
    end
    redis.call('HSET', KEYS[1], 'timer', next)
    return outcome
end

redis.register_function('claim_@VERSION@', claim)
redis.register_function('settle_@VERSION@', settle)
redis.register_function('post_@VERSION@', post)
redis.register_function('configure_@VERSION@', configure)
redis.register_function('start_live_@VERSION@', start_live)
redis.register_function('mark_read_@VERSION@', mark_read)
