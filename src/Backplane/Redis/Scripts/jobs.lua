-- The jobs of a partition, those that failed first.
--
-- KEYS: 1 jobs, 2 attempts, 3 problems
-- ARGV: 1 the most that are named
-- Result: document, when it is due (ms), attempts (text), problem, ...
local most = tonumber(ARGV[1])
local result, seen = {}, {}
local function add(name, attempts)
  if seen[name] or #result >= most * 4 then return end
  local due = redis.call('ZSCORE', KEYS[1], name)
  if not due then return end
  seen[name] = true
  result[#result + 1] = name
  result[#result + 1] = due
  result[#result + 1] = attempts
  result[#result + 1] = redis.call('HGET', KEYS[3], name) or ''
end
if most <= 0 then return result end
local failed = redis.call('ZREVRANGE', KEYS[2], 0, most - 1, 'WITHSCORES')
for i = 1, #failed, 2 do add(failed[i], failed[i + 1]) end
for _, name in ipairs(redis.call('ZRANGE', KEYS[1], 0, most - 1)) do add(name, '0') end
return result
