-- Refusals: told of in the partition's events, once a minute for each conversation and reason.

local MINUTE = 60000 -- in ms

-- `refused` of the conversation is the minute of the last refusal, and the reasons that were told of in it.
local function note_refusal(key, reason, side, opens_at, now)
    local minute = text(math.floor(now / MINUTE))
    local told = redis.call('HGET', key, 'refused') or ''
    if told:match('^%d+') ~= minute then told = minute end
    for known in told:gmatch('%l[%l_]*') do
        if known == reason then return end
    end
    redis.call('HSET', key, 'refused', told .. ' ' .. reason)
    local tag, name = place_of(key)
    event(tag, 'refused', name, 0, 0, now, ' ' .. reason .. ' ' .. side .. ' ' .. text(opens_at))
end
