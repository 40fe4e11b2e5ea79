-- The reports that have not ended.
--
-- KEYS: 1 reports (hash), 2 when each of them ends
-- Result: the reports
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local result = {}
for _, node in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '(' .. string.format('%.0f', now), '+inf')) do
  local report = redis.call('HGET', KEYS[1], node)
  if report then table.insert(result, report) end
end
return result
