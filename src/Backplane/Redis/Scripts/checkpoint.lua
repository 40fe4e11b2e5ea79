-- Takes over that a snapshot covers a document's log up to an entry, trims it, ends or renews its save job, and
-- publishes what is saved.
--
-- KEYS: 1 head, 2 entries, 3 jobs, 4 attempts (zset document -> count), 5 problems (hash), 6 claim (string)
-- ARGV: 1 to 3 the saved entry (epoch, offset, id)
--       4 to 6 the entry up to which the log is trimmed (epoch 0 for none)
--       7 the document's encoded name
--       8 the channel
--       9 the envelope's head
--      10 ms after which an uncovered job is due
--      11 ms that a covered log is kept
--      12 PUBLISH or SPUBLISH
-- Result: 1 if the log has the saved entry and none later was saved before, else 0
local head = redis.call('HMGET', KEYS[1], 'epoch', 'end', 'start', 'startId', 'saved', 'savedId')
local epoch = head[1]
if not epoch then return 0 end
local finish, start, saved = tonumber(head[2]), tonumber(head[3]), tonumber(head[5])
local savedId = head[6]

local function has(otherEpoch, offset, id)
  if otherEpoch ~= epoch or offset < start or offset > finish then return false end
  if offset == start then return id == head[4] end
  return id == string.sub(redis.call('LINDEX', KEYS[2], offset - start - 1) or '', 1, 8)
end

local before = saved
local offset, trim = tonumber(ARGV[2]), tonumber(ARGV[5])
local fits = offset > 0 and has(ARGV[1], offset, ARGV[3])
local named = fits and offset >= saved
if named then saved, savedId = offset, ARGV[3] end
-- Where the saved entry is of a history that a failover lost, the snapshot named for the trim may be the only one of
-- this history.
if fits and trim > start and trim <= offset and has(ARGV[4], trim, ARGV[6]) then
  redis.call('LTRIM', KEYS[2], trim - start, -1)
  redis.call('HSET', KEYS[1], 'start', ARGV[5], 'startId', ARGV[6])
  if trim == finish then redis.call('HSET', KEYS[1], 'largest', '0') end
end
if not named then return 0 end

redis.call('DEL', KEYS[6])
if saved > before then redis.call('HSET', KEYS[1], 'saved', ARGV[2], 'savedId', ARGV[3]) end
if saved == finish then
  redis.call('ZREM', KEYS[3], ARGV[7])
  redis.call('HSET', KEYS[1], 'expires', ARGV[11])
  redis.call('PEXPIRE', KEYS[1], ARGV[11])
  redis.call('PEXPIRE', KEYS[2], ARGV[11])
elseif saved > before then
  local now = redis.call('TIME')
  local millis = tonumber(now[1]) * 1000 + math.floor(tonumber(now[2]) / 1000)
  redis.call('ZADD', KEYS[3], string.format('%.0f', millis + tonumber(ARGV[10])), ARGV[7])
end
if saved > before then
  redis.call('ZREM', KEYS[4], ARGV[7])
  redis.call('HDEL', KEYS[5], ARGV[7])
end
redis.call(ARGV[12], ARGV[8], ARGV[9] .. struct.pack('>i8i8', tonumber(epoch), saved) .. savedId)
return 1
