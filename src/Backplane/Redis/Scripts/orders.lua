-- Reads the orders after a number.
--
-- KEYS: 1 orders
-- ARGV: 1 the number, or nothing to be told only where the end is, 2 how many at the most
-- Result: the end (the highest number there is, or could be given now), then the orders, each with its number and a
--         colon before it
local time = redis.call('TIME')
local finish = tonumber(time[1]) * 1000000 + tonumber(time[2])
local last = redis.call('ZREVRANGE', KEYS[1], 0, 0, 'WITHSCORES')
if last[2] and tonumber(last[2]) > finish then finish = tonumber(last[2]) end
local result = { string.format('%.0f', finish) }
if ARGV[1] ~= '' then
  for _, order in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. ARGV[1], '+inf', 'LIMIT', 0, ARGV[2])) do
    table.insert(result, order)
  end
end
return result
