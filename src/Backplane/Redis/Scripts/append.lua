-- Stores entries at the ends of documents' logs, one after the other. For each it counts the append in its partition,
-- makes the document a save job and publishes the entry; or leaves the publishing to the caller, who waits for replicas
-- first. An append that fails, by its own fault or Redis', leaves the others as they are.
--
-- KEYS for each append: 1 head (hash), 2 entries (list), 3 partition (hash), 4 changed (zset document -> count),
--       5 jobs (zset document -> due, ms). On a cluster all are of one partition.
-- ARGV for all: 1 ms after which a job is due
--       2 PUBLISH or SPUBLISH
--       3 "1" if the caller publishes; then a repeat writes, too, so that a WAIT behind it covers what the first try
--         wrote
--       4 how many documents `changed` keeps
--       5 the head of a message that has the whole entry
--       6 the head of a message that has only what stands before the payload
-- ARGV for each append: 1 the epoch that the caller means
--       2 the entry (8 bytes id, then what this script does not look at)
--       3 the document's encoded name
--       4 the channel
--       5 how many bytes of the entry are published; empty for all
--       6 empty; or "R" if a log of that epoch is to be replaced by one that begins with the entry, and then the id
--         (8 bytes) of the entry with which it must end for that, or none if it may end with any; or for a repeat "E",
--         the position (epoch, offset, id; 8 bytes each, big-endian) after which tries may have been stored (epoch 0:
--         anywhere), and the ids (8 bytes each) of the tries
-- Result: one string, which costs both ends less than a list. For each append its outcome (1 byte: 0 stored, 1 started
--         the epoch, 2 other epoch, 3 failed), epoch, offset (8 bytes each, big-endian), id, id of the entry before it,
--         and the partition's count (8 bytes each; the count is 0 where it is not known). For a failed one behind the
--         outcome instead: the length of the reason (2 bytes) and the reason.
local none = '\0\0\0\0\0\0\0\0'
local call, pack, sub, len = redis.call, struct.pack, string.sub, string.len
local isConfirmed = ARGV[3] == '1'
local time

local function seconds()
  time = time or call('TIME')
  return tonumber(time[1]), tonumber(time[2])
end

local function answer(outcome, epoch, offset, id, before, count)
  return pack('>Bi8i8c8c8i8', outcome, epoch, offset, id, before, count)
end

-- Where in a list that is whole one of a repeat's tries stands, counted from 0, and its id. Tries differ only in their
-- ids, so Redis can look for them.
local function find(entries, head, entry, repeated)
  local finish, start = tonumber(head[2]), tonumber(head[4])
  local epoch, offset, id = struct.unpack('>i8i8c8', repeated, 2)
  local most = finish - start
  if epoch == tonumber(head[1]) and offset >= start and offset <= finish then
    local isSame
    if offset == start then
      isSame = id == head[8]
    else
      isSame = id == sub(call('LINDEX', entries, offset - start - 1), 1, 8)
    end
    if isSame then most = finish - offset end
  end
  if most == 0 then return nil end
  local rest = sub(entry, 9)
  for i = 26, len(repeated), 8 do
    local try = sub(repeated, i, i + 7)
    local found = call('LPOS', entries, try .. rest, 'RANK', -1, 'MAXLEN', most)
    if found then return found, try end
  end
end

local function append(keys, arguments)
  local headKey, entries, partition = KEYS[keys + 1], KEYS[keys + 2], KEYS[keys + 3]
  local wanted, entry, name = ARGV[arguments + 1], ARGV[arguments + 2], ARGV[arguments + 3]
  local extra = ARGV[arguments + 6]
  local head = call('HMGET', headKey, 'epoch', 'end', 'id', 'start', 'largest', 'expires', 'saved', 'startId')
  local epoch = head[1]
  local id = sub(entry, 1, 8)
  local offset, previous, start = 0, none, 0
  local replaces = false

  if epoch then
    offset, previous, start = tonumber(head[2]), head[3], tonumber(head[4])
    local isPlain = extra == '' and epoch == wanted
    if not isPlain and call('LLEN', entries) == offset - start then
      replaces = sub(extra, 1, 1) == 'R'
      local at, known
      if sub(extra, 1, 1) == 'E' then
        at, known = find(entries, head, entry, extra)
      elseif replaces and start == 0 and sub(call('LINDEX', entries, 0) or '', 1, 8) == id then
        at, known = 0, id
      end
      if at then
        local before = head[8]
        if at > 0 then before = sub(call('LINDEX', entries, at - 1), 1, 8) end
        if isConfirmed then call('HINCRBY', partition, 'repeats', 1) end
        local outcome = 0
        if start + at == 0 and wanted ~= epoch then outcome = 1 end
        return answer(outcome, tonumber(epoch), start + at + 1, known, before, 0)
      end
      if epoch ~= wanted or (replaces and len(extra) > 1 and sub(extra, 2) ~= previous) then
        return answer(2, tonumber(epoch), offset, previous, none, 0)
      end
    end
    if replaces or epoch ~= wanted or call('RPUSH', entries, entry) ~= offset + 1 - start then
      epoch = false -- It is to be replaced; or a part of it was lost or removed: what is left is none, as a read says.
    end
  end

  local outcome, isJob = 0, false
  if epoch then
    offset = offset + 1
    -- Again and again, lest a job that Redis lost be missed.
    isJob = head[7] ~= head[2] and offset % 16 ~= 0
    if len(entry) > tonumber(head[5]) then
      call('HSET', headKey, 'end', offset, 'id', id, 'largest', len(entry))
    else
      call('HSET', headKey, 'end', offset, 'id', id)
    end
    if head[6] then
      call('HDEL', headKey, 'expires')
      call('PERSIST', headKey)
      call('PERSIST', entries)
    end
    epoch = tonumber(epoch)
  else
    outcome, offset, previous = 1, 1, none
    local whole, micros = seconds()
    epoch = math.max(tonumber(wanted) + 1, tonumber(head[1] or 0) + 1, whole * 1000000 + micros)
    call('DEL', headKey, entries)
    call('RPUSH', entries, entry)
    call('HSET', headKey, 'epoch', string.format('%.0f', epoch), 'end', '1', 'id', id, 'start', '0', 'startId', none,
      'saved', '0', 'savedId', none, 'largest', len(entry))
  end

  local count = call('HINCRBY', partition, 'count', 1)
  if count == 1 then
    -- The partition is new, or Redis lost it: the first entry's random id names this life of it, unless a node that
    -- listens gave it a name. Who names it says its layout (RedisLayout.Current), too.
    if call('HSETNX', partition, 'incarnation', id) == 1 then
      call('HSET', partition, 'layout', '4')
    end
  end
  local changed = KEYS[keys + 4]
  call('ZADD', changed, count, name)
  if count % 256 == 0 then
    local over = call('ZCARD', changed) - tonumber(ARGV[4])
    if over > 0 then
      local last = call('ZRANGE', changed, over - 1, over - 1, 'WITHSCORES')
      call('HSET', partition, 'forgotten', last[2])
      call('ZREMRANGEBYRANK', changed, 0, over - 1)
    end
  end

  if not isJob then
    local whole, micros = seconds()
    local due = whole * 1000 + math.floor(micros / 1000) + tonumber(ARGV[1])
    call('ZADD', KEYS[keys + 5], 'NX', string.format('%.0f', due), name)
  end

  if not isConfirmed then
    local published, messageHead, body = ARGV[arguments + 5], ARGV[5], entry
    if published ~= '' then messageHead, body = ARGV[6], sub(entry, 1, tonumber(published)) end
    call(ARGV[2], ARGV[arguments + 4], messageHead .. pack('>i8i8i8c8', epoch, offset, count, previous) .. body)
  end
  return answer(outcome, epoch, offset, id, previous, count)
end

local answers = {}
for i = 1, #KEYS / 5 do
  local isDone, result = pcall(append, 5 * i - 5, 6 * i)
  if not isDone then
    local reason = tostring(type(result) == 'table' and result.err or result)
    -- The first write says it, before any was done: the client is to look for the primary.
    if sub(reason, 1, 8) == 'READONLY' then return redis.error_reply(reason) end
    reason = sub(reason, 1, 500)
    result = pack('>BI2', 3, len(reason)) .. reason
  end
  answers[i] = result
end
return table.concat(answers)
