-- Takes down that saving a document failed, ends the node's claim and says when the job is offered again.
--
-- KEYS: 1 jobs, 2 claim, 3 attempts, 4 problems
-- ARGV: 1 the document's encoded name, 2 the node's id (16 digits), 3 the problem, 4 ms of the first wait, 5 attempts
--       from which on a job is stalled, 6 ms of a stalled job's wait
-- Result: the attempts; 0 if the document is no job
local holder = redis.call('GET', KEYS[2])
local mine = holder and string.sub(holder, 1, 16) == ARGV[2]
local left = 0
if mine then redis.call('DEL', KEYS[2]) elseif holder then left = redis.call('PTTL', KEYS[2]) end
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) then return 0 end
local attempts
if mine and string.sub(holder, 17) == '1' then
  attempts = tonumber(redis.call('ZSCORE', KEYS[3], ARGV[1]) or 1) -- The claim counted already.
else
  attempts = tonumber(redis.call('ZINCRBY', KEYS[3], 1, ARGV[1]))
end
redis.call('HSET', KEYS[4], ARGV[1], ARGV[3])
local wait = tonumber(ARGV[6])
if attempts < tonumber(ARGV[5]) then wait = math.min(wait, tonumber(ARGV[4]) * 2 ^ (attempts - 1)) end
local now = redis.call('TIME')
local millis = tonumber(now[1]) * 1000 + math.floor(tonumber(now[2]) / 1000)
redis.call('ZADD', KEYS[1], string.format('%.0f', millis + math.max(wait, left)), ARGV[1])
return attempts
