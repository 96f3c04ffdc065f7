-- What is published, as quotas/ledger/feed.py reads it: nothing else here publishes.

local function say_message(channel, posted, state, origin, entry)
    redis.call('SPUBLISH', channel, 'M' .. posted .. state .. origin .. '\n' .. entry)
end

-- `more`: kind, the seq it is about, how many of the other side's texts member and mentor have seen, each behind a space.
local function say_change(channel, posted, state, origin, more, entry)
    redis.call('SPUBLISH', channel, 'C' .. posted .. state .. origin .. more .. '\n' .. entry)
end

local function say_settings(channel) redis.call('SPUBLISH', channel, 'S') end

local function say_there(channel, last_seq) redis.call('SPUBLISH', channel, 'N ' .. last_seq) end

-- `more`: how many of the other side's texts that side has seen; of whoever stands in, who that is.
local function say_read(channel, side, seq, origin, more)
    redis.call('SPUBLISH', channel, 'R ' .. side .. ' ' .. seq .. ' ' .. origin .. ' ' .. more)
end

local function say_deadline(tag, name, kind, hours, due)
    redis.call('SPUBLISH', tag .. ':feed:' .. name, 'D ' .. kind .. ' ' .. hours .. ' ' .. due)
end

-- To whoever watches the board: a wait is another one now; `since` is 0 where it is over.
local function say_board(tag, name, since, due, missed)
    redis.call('SPUBLISH', tag .. ':board', name .. ' ' .. since .. ' ' .. due .. ' ' .. missed)
end

-- To whoever serves: a shifted clock was moved. Returns how many those are.
local function say_moved(channel, said) return redis.call('SPUBLISH', channel, said) end

-- To whoever does a partition's work.
local function say_rings(tag, at) redis.call('SPUBLISH', tag .. ':work', 'T ' .. text(at)) end
local function say_event(tag) redis.call('SPUBLISH', tag .. ':work', 'E') end
local function say_urgent(tag) redis.call('SPUBLISH', tag .. ':work', 'N') end
local function say_unarchived(tag, at) redis.call('SPUBLISH', tag .. ':work', 'U ' .. text(at)) end
