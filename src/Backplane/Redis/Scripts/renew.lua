-- Puts off the expiry of covered logs that some node holds open.
--
-- KEYS: head, entries of a document, and so on for others of its partition
-- Result: how many logs were about to expire
local renewed = 0
for i = 1, #KEYS, 2 do
  local time = redis.call('HGET', KEYS[i], 'expires')
  if time then
    redis.call('PEXPIRE', KEYS[i], time)
    redis.call('PEXPIRE', KEYS[i + 1], time)
    renewed = renewed + 1
  end
end
return renewed
