-- The documents of a partition whose jobs are due.
--
-- KEYS: 1 jobs
-- ARGV: 1 the most that are named
-- Result: document, when it was due (ms), ...
local now = redis.call('TIME')
local millis = tonumber(now[1]) * 1000 + math.floor(tonumber(now[2]) / 1000)
return redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', millis), 'WITHSCORES', 'LIMIT', 0, ARGV[1])
