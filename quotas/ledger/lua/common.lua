#!lua name=chatserver_@VERSION@

-- The ledger's functions. Each touches one partition only; KEYS and ARGV are named at the head of each.
-- The rules are those of quotas/admission.py, word for word; instants are ms since 1970, 0 stands for none.
-- Terms, and a post's turn behind them, travel as big-endian doubles, in the order of `pack` and `Post` in quotas/ledger.
-- The files are one library, in the order of quotas/ledger/library.py: each may use what those before it have.

local function text(number) return string.format('%.0f', number) end

-- `at` is '' for the store's clock, else the instant to act at; `shift` moves the store's clock.
local function clock(at, shift)
    if at ~= '' then return tonumber(at) end
    local time = redis.call('TIME')
    return time[1] * 1000 + math.floor(time[2] / 1000) + shift
end

local function place_of(key) return key:match('^({%d+}):conversation:(.*)$') end
