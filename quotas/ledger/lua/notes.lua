-- Urgent notes: what a member writes while they may not write. One a lock; it spends nothing and starts no deadline.

-- The last note, in `noted` of the conversation: when it was sent, when the lock was to end (0: not known), its seq, when
-- settings changed last since (0: never), its mark.
local function last_note(key)
    local noted = redis.call('HGET', key, 'noted')
    if not noted then return nil end
    local at, opens_at, seq, changed_at, mark = noted:match('^(%d+) (%d+) (%d+) (%d+) (%S+)$')
    return {at = at, opens_at = opens_at, seq = seq, changed_at = changed_at, mark = mark}
end

local function keep_note(key, note)
    local words = {note.at, note.opens_at, note.seq, note.changed_at, note.mark}
    redis.call('HSET', key, 'noted', table.concat(words, ' '))
end

-- What opens and closes the conversation has changed: its lock may end otherwise than was known at the note.
local function note_change(key, now)
    local note = last_note(key)
    if not note then return end
    note.changed_at = text(now)
    keep_note(key, note)
end

-- The mentor's side has read from `before` on up to `seq`: where the last note is among that, somebody has seen it.
local function note_read(key, before, seq, now)
    local note = last_note(key)
    if not note or tonumber(note.seq) <= before or tonumber(note.seq) > seq then return end
    local tag, name = place_of(key)
    event(tag, 'note_read', name, 0, 0, now, ' ' .. note.mark)
end

-- Whether the member may write, as `post` decides it; else when they may again, 0 for not known.
local function lock_of(state, terms, now)
    if state.status ~= OPEN then return false, 0 end
    if terms.live_ends > 0 or now < state.window_ends_at then return true end
    local windows, messages = state.windows_used, state.messages_used
    if state.week < terms.week then windows, messages = 0, 0 end
    if terms.window_length > 0 and windows >= terms.windows_per_week then return false, terms.next_week_opens_at end
    if terms.messages_per_week > 0 and messages >= terms.messages_per_week then return false, terms.next_week_opens_at end
    if terms.closed_until > 0 then return false, terms.closed_until end
    return true
end

-- Of the terms of a post, what says whether the member may write, and what a note needs else.
local function terms_of(packed)
    local terms, _ = {}, nil
    terms.revision, terms.valid_from, terms.valid_until, terms.shift, terms.live, terms.live_ends, terms.week,
        terms.window_length, terms.windows_per_week, _, terms.messages_per_week, terms.closed_until,
        terms.next_week_opens_at, _, _, _, _, _, terms.unread_after = struct.unpack('>ddddddddddddddddddd', packed)
    return terms
end

-- KEYS: conversation, log, sent (even generations), sent (odd generations), channel
-- ARGV: writer, digest, entry, origin, terms (of these as for `post`), seq of the last note where its lock is over (0:
-- there is none), mark, at
-- Returns 'U' unknown, 'C' id used for another text, {'stale', now, fields}, 'E' the conversation has ended, 'O' the
-- member may write, 'N' this lock has had its note, 'A' or 'D' (an earlier one had the id), POSTED, state: accepted.
local function note(KEYS, ARGV)
    local key, writer = KEYS[1], ARGV[1]
    local state = state_of(key)
    if not state or state.revision == 0 then return 'U' end
    local terms = terms_of(ARGV[5])
    local now = clock(ARGV[8], terms.shift, key)
    local generation = math.max(math.floor(now / GENERATION), state.generation)
    local sent, older = KEYS[3 + generation % 2], KEYS[4 - generation % 2]
    local earlier = remembered(sent, older, state.generation, generation, writer)
    if earlier then return answer_again(earlier, ARGV[2], now, redis.call('HGET', key, 'state')) end
    if terms.revision ~= state.revision or terms.live ~= state.live_until or now < terms.valid_from
        or now >= terms.valid_until then
        return standing(key, now)
    end
    if state.status == ENDED then return 'E' end
    local is_open, opens_at = lock_of(state, terms, now)
    if is_open then return 'O' end
    local last = last_note(key)
    if (last and last.seq or '0') ~= ARGV[6] then return 'N' end

    local seq = add_entry(key, KEYS[2], state, ARGV[3], now)
    remember(sent, older, state.generation, generation, writer, ARGV[2] .. 'A' .. struct.pack('>Ii8', seq, now))
    keep_note(key, {at = text(now), opens_at = text(opens_at), seq = text(seq), changed_at = '0', mark = ARGV[7]})
    local tag, name = place_of(key)
    event(tag, 'urgent', name, 0, 0, now, ' ' .. ARGV[7])
    say_urgent(tag)
    if of_side(state.unread, 'member') == TOLD then state.unread = with_side(state.unread, 'member', 0) end
    if terms.unread_after > 0 and of_side(state.unread, 'mentor') == 0 then
        state.unread = look_at_reader(tag, name, 'mentor', state.unread, now + terms.unread_after)
    end
    state.generation, state.member_texts = generation, state.member_texts + 1
    keep(key, state)
    local packed, posted = redis.call('HGET', key, 'state'), struct.pack(POSTED, seq, now, -1, 0)
    say_message(KEYS[5], posted, packed, ARGV[4], ARGV[3])
    say_settings(KEYS[5]) -- whoever shows the lock learns that it has had its note
    return 'A' .. posted .. packed
end

redis.register_function('note_@VERSION@', note)
