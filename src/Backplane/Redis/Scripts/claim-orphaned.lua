-- Claims a job that is still due, and counts the attempt.
--
-- KEYS: 1 jobs, 2 claim, 3 attempts, 4 problems
-- ARGV: 1 the document's encoded name, 2 the node's id (16 digits), 3 ms that the claim lasts, 4 ms of the first wait,
--       5 attempts from which on a job is stalled, 6 ms of a stalled job's wait
-- Result: attempts, when it is due again (ms, text), the last problem; nothing if the job is not due any more
local due = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not due then return false end
local now = redis.call('TIME')
local millis = tonumber(now[1]) * 1000 + math.floor(tonumber(now[2]) / 1000)
if tonumber(due) > millis or redis.call('EXISTS', KEYS[2]) == 1 then return false end
local attempts = tonumber(redis.call('ZINCRBY', KEYS[3], 1, ARGV[1]))
local wait = tonumber(ARGV[6])
if attempts < tonumber(ARGV[5]) then wait = math.min(wait, tonumber(ARGV[4]) * 2 ^ (attempts - 1)) end
due = string.format('%.0f', millis + math.max(wait, tonumber(ARGV[3])))
redis.call('ZADD', KEYS[1], due, ARGV[1])
redis.call('SET', KEYS[2], ARGV[2] .. '1', 'PX', ARGV[3])
return { attempts, due, redis.call('HGET', KEYS[4], ARGV[1]) }
