-- Stores an entry at the end of a document's log, counts it in its partition, makes the document a save job and
-- publishes the entry; or leaves the publishing to the caller, who waits for replicas first.
--
-- KEYS: 1 head (hash), 2 entries (list), 3 ids (zset id -> offset), 4 partition (hash),
--       5 changed (zset document -> count), 6 jobs (zset document -> due, ms)
-- ARGV: 1 the epoch that the caller means
--       2 the entry (8 bytes id, then what this script does not look at)
--       3 the document's encoded name
--       4 the channel
--       5 the message's head
--       6 how many bytes of the entry are published
--       7 ms after which the job is due
--       8 PUBLISH or SPUBLISH
--       9 "1" if the caller publishes; then a repeat writes, too, so that a WAIT behind it covers what the first try
--         wrote
--      10 how many documents `changed` keeps
--      11 "1" if a log of that epoch is to be replaced by one that begins with the entry; otherwise absent
--      12 the id (8 bytes) of the entry with which it must end for that; absent if it may end with any
--      13 only for a repeat, with 11 and 12 empty: the ids (8 bytes each) of the tries before, of which one may be
--         stored
-- Result: one string, which costs both ends less than a list: outcome (1 byte: 0 stored, 1 started the epoch,
--         2 other epoch), epoch, offset (8 bytes each, big-endian), id, id of the entry before it, the partition's
--         count (8 bytes each; the count is 0 where it is not known)
local none = '\0\0\0\0\0\0\0\0'
local function answer(outcome, epoch, offset, id, before, count)
  return struct.pack('>Bi8i8', outcome, tonumber(epoch), offset) .. id .. before .. struct.pack('>i8', count)
end
local head = redis.call('HMGET', KEYS[1], 'epoch', 'end', 'id', 'start', 'largest', 'expires', 'saved')
local epoch = head[1]
local id = string.sub(ARGV[2], 1, 8)
local replaces = ARGV[11] == '1'
local offset, previous, start = 0, none, 0
local isJob = false

if epoch and ARGV[13] then
  for i = 1, string.len(ARGV[13]), 8 do
    local earlier = string.sub(ARGV[13], i, i + 7)
    if redis.call('ZSCORE', KEYS[3], earlier) then id = earlier end
  end
end

if epoch then
  offset, previous, start = tonumber(head[2]), head[3], tonumber(head[4])
  local isNew
  if epoch == ARGV[1] and not replaces then
    isNew = redis.call('ZADD', KEYS[3], 'NX', offset + 1, id) == 1
  else
    isNew = not redis.call('ZSCORE', KEYS[3], id)
  end
  if not isNew then
    local stored = tonumber(redis.call('ZSCORE', KEYS[3], id))
    local before
    if stored - 1 == start then
      before = redis.call('HGET', KEYS[1], 'startId')
    else
      before = redis.call('ZRANGEBYSCORE', KEYS[3], stored - 1, stored - 1)[1] or none
    end
    if ARGV[9] == '1' then redis.call('HINCRBY', KEYS[4], 'repeats', 1) end
    local outcome = 0
    if stored == 1 and ARGV[1] ~= epoch then outcome = 1 end
    return answer(outcome, epoch, stored, id, before, 0)
  end
  if epoch ~= ARGV[1] and redis.call('LLEN', KEYS[2]) == offset - start then
    return answer(2, epoch, offset, head[3], none, 0)
  end
  if replaces and ARGV[12] and ARGV[12] ~= head[3] then
    return answer(2, epoch, offset, head[3], none, 0)
  end
  if replaces or epoch ~= ARGV[1] or redis.call('RPUSH', KEYS[2], ARGV[2]) ~= offset + 1 - start then
    epoch = false -- It is to be replaced; or a part of it was lost or removed: what is left is none, as a read says.
  end
end

local outcome, now = 0, nil
if epoch then
  offset = offset + 1
  -- Again and again, lest a job that Redis lost be missed.
  isJob = head[7] ~= head[2] and offset % 16 ~= 0
  local length = string.len(ARGV[2])
  if length > tonumber(head[5]) then redis.call('HSET', KEYS[1], 'largest', length) end
  redis.call('HSET', KEYS[1], 'end', string.format('%.0f', offset), 'id', id)
  if head[6] then
    redis.call('HDEL', KEYS[1], 'expires')
    redis.call('PERSIST', KEYS[1])
    redis.call('PERSIST', KEYS[2])
    redis.call('PERSIST', KEYS[3])
  end
else
  outcome, offset, previous = 1, 1, none
  now = redis.call('TIME')
  local micros = tonumber(now[1]) * 1000000 + tonumber(now[2])
  epoch = string.format('%.0f', math.max(tonumber(ARGV[1]) + 1, tonumber(head[1] or 0) + 1, micros))
  redis.call('DEL', KEYS[1], KEYS[2], KEYS[3])
  redis.call('RPUSH', KEYS[2], ARGV[2])
  redis.call('ZADD', KEYS[3], 1, id)
  redis.call('HSET', KEYS[1], 'epoch', epoch, 'end', '1', 'id', id, 'start', '0', 'startId', none,
    'saved', '0', 'savedId', none, 'largest', string.len(ARGV[2]))
end

local count = redis.call('HINCRBY', KEYS[4], 'count', 1)
if count == 1 then
  -- The partition is new, or Redis lost it: the first entry's random id names this life of it, unless a node that
  -- listens gave it a name. Who names it says its layout (RedisLayout.Current), too.
  if redis.call('HSETNX', KEYS[4], 'incarnation', id) == 1 then
    redis.call('HSET', KEYS[4], 'layout', '3')
  end
end
redis.call('ZADD', KEYS[5], count, ARGV[3])
if count % 256 == 0 then
  local over = redis.call('ZCARD', KEYS[5]) - tonumber(ARGV[10])
  if over > 0 then
    local last = redis.call('ZRANGE', KEYS[5], over - 1, over - 1, 'WITHSCORES')
    redis.call('HSET', KEYS[4], 'forgotten', last[2])
    redis.call('ZREMRANGEBYRANK', KEYS[5], 0, over - 1)
  end
end

if not isJob then
  now = now or redis.call('TIME')
  local millis = tonumber(now[1]) * 1000 + math.floor(tonumber(now[2]) / 1000)
  redis.call('ZADD', KEYS[6], 'NX', string.format('%.0f', millis + tonumber(ARGV[7])), ARGV[3])
end

if ARGV[9] ~= '1' then
  local published = tonumber(ARGV[6])
  local body = ARGV[2]
  if published < string.len(body) then body = string.sub(body, 1, published) end
  redis.call(ARGV[8], ARGV[4], ARGV[5] .. struct.pack('>i8i8i8', tonumber(epoch), offset, count) .. previous .. body)
end
return answer(outcome, epoch, offset, id, previous, count)
