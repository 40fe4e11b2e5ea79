-- Puts off the expiry of covered logs that some node holds open.
--
-- KEYS: head, entries, ids of a document, and so on for others of its partition
-- Result: how many logs were about to expire
local renewed = 0
for i = 1, #KEYS, 3 do
  local time = redis.call('HGET', KEYS[i], 'expires')
  if time then
    for k = i, i + 2 do redis.call('PEXPIRE', KEYS[k], time) end
    renewed = renewed + 1
  end
end
return renewed
