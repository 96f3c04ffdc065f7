-- Open waits: their places on the board, and their timers.

local REPLY = 'reply' -- the kind of their timers
local HORIZON = 21600000 -- 6 h in ms: how far ahead of the clock `arm` goes
local LEEWAY = 600000 -- 10 min in ms: how far the clock may be set back unnoticed between two calls of `arm`
local FAR_WARNING = 18000000 -- 5 h in ms: of longer ones `arm` would be too late, had it not been called for an hour

local function onto_board(tag, name, due, missed)
    redis.call('ZADD', tag .. ':waits', due > 0 and due or 'inf', name)
    if missed == 1 then redis.call('ZADD', tag .. ':missed', due, name) end
end

-- When a deadline must be looked at first: at its first warning, or at its miss where there is none.
local function first_look(due, warn_first, now)
    if warn_first == 0 then return due + 1 end
    return math.max(now, due - warn_first)
end

-- Whether a wait must be beyond the deadline up to which `arm` went: then `arm` sets its timer, in time. It goes by the
-- store's clock: where the caller named the instant (`at`), as tests and timelines do, nothing is known of it.
local function is_far(due, now, warn_first, at)
    return at == '' and due > now + HORIZON + LEEWAY and warn_first <= FAR_WARNING
end

-- The wait has begun or its deadline moved: put it on the board. Where the deadline is far it gets no timer: that saves
-- the store a write now, a look later, and memory, since most waits are over before `arm` comes to them. Else its timer
-- is set for the first look. One that rings too early is set anew then; so it is only ever moved forward here.
-- Returns the timer.
local function wait_moved(tag, name, since, due, missed, timer, now, warn_first, at)
    onto_board(tag, name, due, missed)
    if due > 0 and missed == 0 and not is_far(due, now, warn_first, at) then
        local wake = first_look(due, warn_first, now)
        if timer == 0 or wake < timer then
            set_timer(tag, REPLY, name, wake)
            timer = wake
        end
    end
    say_board(tag, name, since, due, missed)
    return timer
end

-- A conversation that was restored owes an answer: as `wait_moved`. Where it had a timer or needs one, it is looked at
-- at once: when it was to ring stands in the conversation only as long as `arm` did not set it. Returns the timer.
local function wait_restored(tag, name, state, now, at)
    local due, timer = state.due_at, 0
    onto_board(tag, name, due, state.missed)
    if due > 0 and (state.timer > 0 or state.missed == 0 and not is_far(due, now, 0, at)) then
        timer = now
        set_timer(tag, REPLY, name, timer)
    end
    say_board(tag, name, state.waiting_since, due, state.missed)
    return timer
end

-- `more` is what other events lack: words, each behind a space.
local function event(tag, kind, name, since, due, at, more)
    local events = tag .. ':events'
    local words = kind .. ' ' .. name .. ' ' .. since .. ' ' .. due .. ' ' .. at .. (more or '')
    redis.call('XADD', events, '*', 'e', words)
    if redis.call('XLEN', events) == 1 then say_event(tag) end
end

-- The wait is over: `kind` is answered, acknowledged, withdrawn or dropped. Where that came late, before its miss was
-- noted, it notes it too. `by` is who did it in the mentor's place, behind a space.
local function wait_closed(tag, name, kind, since, due, missed, now, by)
    redis.call('ZREM', tag .. ':waits', name)
    if missed == 1 then redis.call('ZREM', tag .. ':missed', name) end
    if due > 0 and now > due and missed == 0 then
        event(tag, 'missed', name, since, due, due)
        say_deadline(tag, name, 'missed', 0, due)
    end
    event(tag, kind, name, since, due, now, by)
    say_board(tag, name, 0, 0, 0)
end

-- As `wait_closed`, of the wait that is open by the state, which then has none.
local function end_wait(tag, name, kind, state, now, by)
    wait_closed(tag, name, kind, state.waiting_since, state.due_at, state.missed, now, by)
    state.waiting_since, state.due_at, state.missed, state.asked_from, state.unanswered = 0, 0, 0, 0, 0
end
