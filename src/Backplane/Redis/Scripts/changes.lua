-- Says what was appended in a partition after a count, and which server says it.
--
-- KEYS: 1 partition, 2 changed
-- ARGV: 1 the count; -1 to ask for the count alone, 2 a random id that names this life of the partition if nothing does
--       yet
-- Result: incarnation, count, count up to which changes are forgotten, replication id of the server, and then document,
--         count of its last entry, ... ; numbers as text
-- A partition that begins keeps the layout of who begins it (RedisLayout.Current).
if redis.call('HSETNX', KEYS[1], 'incarnation', ARGV[2]) == 1 then
  redis.call('HSET', KEYS[1], 'layout', '4')
end
local state = redis.call('HMGET', KEYS[1], 'incarnation', 'count', 'forgotten')
local identity = string.match(redis.call('INFO', 'replication'), 'master_replid:(%x+)') or ''
local result = { state[1] or '', state[2] or '0', state[3] or '0', identity }
if ARGV[1] ~= '-1' then
  for _, value in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '(' .. ARGV[1], '+inf', 'WITHSCORES')) do
    result[#result + 1] = value
  end
end
return result
