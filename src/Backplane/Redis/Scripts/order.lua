-- Gives an order to all nodes: remembers it, and wakes those who listen.
--
-- KEYS: 1 orders
-- ARGV: 1 the order, 2 the nodes' channel, 3 the message that wakes, 4 PUBLISH or SPUBLISH, 5 ms that orders are
--       remembered, 6 how many at the most
-- Result: how many connections of this server the message went to
-- Numbers are Redis time in microseconds, so that they go on growing after everything was lost; they are also how
-- orders expire.
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local last = redis.call('ZREVRANGE', KEYS[1], 0, 0, 'WITHSCORES')
local number = now
if last[2] and tonumber(last[2]) >= number then number = tonumber(last[2]) + 1 end
local text = string.format('%.0f', number)
redis.call('ZADD', KEYS[1], text, text .. ':' .. ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now - tonumber(ARGV[5]) * 1000))
redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -1 - tonumber(ARGV[6]))
redis.call('PEXPIRE', KEYS[1], ARGV[5])
return redis.call(ARGV[4], ARGV[2], ARGV[3])
