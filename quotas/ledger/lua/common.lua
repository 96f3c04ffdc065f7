#!lua name=chatserver_@VERSION@

-- The ledger's functions. Each touches one partition only; KEYS and ARGV are named at the head of each.
-- The rules are those of quotas/admission.py, word for word; instants are ms since 1970, 0 stands for none.
-- Terms, and a post's turn behind them, travel as big-endian doubles, in the order of `pack` and `Post` in quotas/ledger.
-- The files are one library, in the order of quotas/ledger/library.py: each may use what those before it have.

local function text(number) return string.format('%.0f', number) end

local function store_time()
    local time = redis.call('TIME')
    return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- How far the clock of the partition of `key` runs ahead, in ms: once it was moved, as it was moved last, whatever the
-- caller, who may not have heard of it, believes. A real clock (0) is never moved, and costs no look.
local function shift_of(key, believed)
    if believed == 0 then return 0 end
    return tonumber(redis.call('GET', key:match('^{%d+}') .. ':shift') or believed)
end

-- `at` is '' for the store's clock, else the instant to act at; `shift` moves the store's clock, see `shift_of`.
local function clock(at, shift, key)
    if at ~= '' then return tonumber(at) end
    return store_time() + shift_of(key, shift)
end

local function place_of(key) return key:match('^({%d+}):conversation:(.*)$') end
