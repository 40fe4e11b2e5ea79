using System.Runtime.InteropServices;

namespace Relay.Yjs;

/// <content>What somebody lacks, in parts that can be applied one after another.</content>
public sealed partial class YDocument
{
    /// <summary>
    /// What a holder of <paramref name="stateVector"/> lacks, in parts of at most <paramref name="maxBytes"/> or one uncuttable value, in causal order, each with the delete ranges of
    /// its own structs; the last part has all remaining delete ranges. A part grows beyond the limit where the only cuts would go through a text with formats (<see cref="FormattedTexts"/>). There is always
    /// at least one part.
    /// </summary>
    public bool TryEncodeParts(ReadOnlySpan<byte> stateVector, int maxBytes, out IReadOnlyList<byte[]> parts, out YjsError error)
    {
        parts = [];
        if (!StateVector.TryDecode(stateVector, out var known, out error))
        {
            return false;
        }

        var whole = EncodeSince(known);
        parts = whole.Length <= maxBytes ? [whole] : new UpdateParts(this, known, maxBytes).Encode();
        return true;
    }

    /// <summary>Cuts what somebody lacks into parts, in the order in which it can be integrated.</summary>
    private sealed class UpdateParts(YDocument document, StateVector known, int maxBytes)
    {
        /// <summary>Bytes that a part may need around its structs and ranges: counts, and the client's id and clock.</summary>
        private const int HeaderBytes = 40;

        /// <summary>The most that a delete range takes: two integers of up to 2^53 - 1.</summary>
        private const int MaxRangeBytes = 16;

        private readonly List<byte[]> parts = [];
        private readonly List<ClientBlocks> clients = document.clients;

        // The clock up to which each client's structs have been put into parts, and the one at which the part under way begins for it; its delete ranges begin earlier where there is a hole before its structs.
        private readonly long[] sent = new long[document.clients.Count];
        private FormattedTexts? formatted;
        private readonly Dictionary<int, (long Structs, long Deletes)> begun = [];
        private int bytes;

        public List<byte[]> Encode()
        {
            for (var index = 0; index < clients.Count; index++)
            {
                sent[index] = FirstLacking(index);
            }

            formatted = FormattedTexts.Find(clients, container => document.containers[container].Key == Block.None, sent);
            var order = document.Descending().Select(client => document.clientIndices[client.Id]).ToList();
            order.ForEach(SendIntegrated);

            // What Yjs cannot integrate yet needs no order.
            order.ForEach(index => Send(index, long.MaxValue));
            SendRemainingDeletes(order);
            return parts;
        }

        private long FirstLacking(int index)
        {
            var client = clients[index];
            var clock = known.ClockOf(client.Id);
            var first = client.FirstEndingAfter(clock);
            return first == client.Count ? client.End : Math.Max(clock, client.Blocks[first].Clock);
        }

        private void SendIntegrated(int first)
        {
            var waiting = new Stack<(int Client, long Clock)>();
            waiting.Push((first, long.MaxValue));
            while (waiting.TryPeek(out var top))
            {
                var needed = SendUntilNeed(top.Client, top.Clock);
                if (needed.Client == Block.None)
                {
                    waiting.Pop();
                }
                else
                {
                    waiting.Push(needed);
                }
            }
        }

        private (int Client, long Clock) SendUntilNeed(int index, long until)
        {
            var client = clients[index];
            while (sent[index] < client.Integrated && sent[index] <= until)
            {
                ref readonly var block = ref client.Blocks[client.FirstEndingAfter(sent[index])];
                if (block.Clock >= sent[index])
                {
                    foreach (var needed in document.Needs(block))
                    {
                        if (sent[needed.Client] <= needed.Clock)
                        {
                            return needed;
                        }
                    }
                }

                Send(index, block.End);
            }

            return (Block.None, 0);
        }

        /// <summary>Puts the client's structs before clock <paramref name="to"/> into the part under way, or into new ones as they get full.</summary>
        private void Send(int index, long to)
        {
            var client = clients[index];
            while (sent[index] < Math.Min(to, client.End))
            {
                ref readonly var block = ref client.Blocks[client.FirstEndingAfter(sent[index])];
                var from = Math.Max(sent[index], block.Clock);
                var until = block.End;
                var place = PlaceBytes(block) + (begun.ContainsKey(index) ? 0 : 2 * HeaderBytes) + (from > block.Clock ? IdBytes(index, from) : 0);
                var size = place + block.ContentLength + DeleteBytes(client, begun.ContainsKey(index) ? from : sent[index], until);
                if (IsFull(size))
                {
                    Finish([]);
                    continue;
                }

                if (size > maxBytes && !formatted!.Contains(block))
                {
                    // Whatever the cut gave, nothing more belongs into this part.
                    until = Cut(client, block, from, (maxBytes - place - HeaderBytes) / 2);
                    size = maxBytes;
                }

                begun.TryAdd(index, (from, sent[index]));
                bytes += size;
                sent[index] = until;
                if (until == block.End)
                {
                    formatted!.Send(client, block);
                }
            }
        }

        /// <summary>Whether the part under way ends before <paramref name="size"/> more bytes. Where cuts are rare, one is taken before the limit rather than long after it.</summary>
        private bool IsFull(int size) => bytes > 0 && formatted!.MayCut && (bytes + size > maxBytes || (formatted.Any && bytes > maxBytes / 2));

        /// <summary>How far a block that is too large for one part reaches with at most <paramref name="room"/> bytes of content and as many of delete ranges.</summary>
        private static long Cut(ClientBlocks client, in Block block, long from, int room)
        {
            var until = from + BlockContent.LengthThatFits(block.Kind, client.Content(block), block.Length, from - block.Clock, Math.Max(1, room));
            var ranges = client.Deletes.Settle();
            var first = ClockRanges.FirstEndingAfter(ranges, from);
            for (var i = first; i < ranges.Length && ranges[i].Start < until; i++)
            {
                if (i > first && (i - first + 1) * MaxRangeBytes > room && BlockContent.IsJoinable(block.Kind))
                {
                    until = ranges[i].Start;
                }
            }

            return until;
        }

        private int PlaceBytes(in Block block)
        {
            // The info byte, the content's length, and either origins or a parent.
            var size = 1 + Lib0Writer.VarUintSize((ulong)Math.Max(block.Length, block.ContentLength));
            if (block.HasOrigins || block.Container < 0)
            {
                return size + IdBytes(block.OriginClient, block.OriginClock) + IdBytes(block.RightClient, block.RightClock);
            }

            ref readonly var container = ref document.containers[block.Container];
            size += 1 + IdBytes(container.OwnerClient, container.OwnerClock);
            size += container.RootName == Block.None ? 0 : 5 + document.containers.Name(container.RootName).Length;
            return size + (container.Key == Block.None ? 0 : 5 + document.containers.Name(container.Key).Length);
        }

        private int IdBytes(int client, long clock) =>
            client == Block.None ? 0 : Lib0Writer.VarUintSize(clients[client].Id) + Lib0Writer.VarUintSize((ulong)clock);

        private static int DeleteBytes(ClientBlocks client, long from, long to)
        {
            var ranges = client.Deletes.Settle();
            var first = ClockRanges.FirstEndingAfter(ranges, from);
            var size = 0;
            for (var i = first; i < ranges.Length && ranges[i].Start < to; i++)
            {
                size += Lib0Writer.VarUintSize((ulong)ranges[i].Start) + Lib0Writer.VarUintSize((ulong)(ranges[i].End - ranges[i].Start));
            }

            return size;
        }

        /// <summary>Encodes the part under way with its own delete ranges and those given.</summary>
        private void Finish(Dictionary<int, List<ClockRange>> deletes)
        {
            var runs = begun.OrderByDescending(run => clients[run.Key].Id).ToList();
            foreach (var (index, from) in runs)
            {
                Within(clients[index].Deletes.Settle(), from.Deletes, sent[index], deletes, index);
            }

            using var writer = new Lib0Writer(Math.Min(maxBytes, bytes) + 64);
            writer.WriteVarUint((ulong)runs.Count);
            foreach (var (index, from) in runs)
            {
                document.WriteClient(writer, clients[index], from.Structs, sent[index]);
            }

            writer.WriteVarUint((ulong)deletes.Count);
            foreach (var (index, ranges) in deletes.OrderByDescending(entry => clients[entry.Key].Id))
            {
                ranges.Sort((left, right) => left.Start.CompareTo(right.Start));
                WriteDeletes(writer, clients[index].Id, CollectionsMarshal.AsSpan(ranges));
            }

            parts.Add(writer.ToArray());
            begun.Clear();
            bytes = 0;
        }

        /// <summary>Ranges of structs that were not sent, because the other has them or nobody does, in as many parts as they need; the last part is always made.</summary>
        private void SendRemainingDeletes(List<int> order)
        {
            var deletes = new Dictionary<int, List<ClockRange>>();
            foreach (var index in order)
            {
                var remaining = new Dictionary<int, List<ClockRange>>();
                var ranges = clients[index].Deletes.Settle();
                var first = FirstLacking(index);
                Within(ranges, 0, first, remaining, index);
                Within(ranges, Math.Max(first, sent[index]), long.MaxValue, remaining, index);
                foreach (var range in remaining.GetValueOrDefault(index, []))
                {
                    if (bytes + HeaderBytes > maxBytes && !formatted!.Any)
                    {
                        Finish(deletes);
                        deletes = [];
                    }

                    bytes += MaxRangeBytes + (deletes.ContainsKey(index) ? 0 : HeaderBytes);
                    Add(deletes, index, range);
                }
            }

            if (bytes > 0 || parts.Count == 0)
            {
                Finish(deletes);
            }
        }

        private static void Within(ReadOnlySpan<ClockRange> ranges, long from, long to, Dictionary<int, List<ClockRange>> target, int index)
        {
            for (var i = ClockRanges.FirstEndingAfter(ranges, from); i < ranges.Length && ranges[i].Start < to; i++)
            {
                Add(target, index, new ClockRange(Math.Max(from, ranges[i].Start), Math.Min(to, ranges[i].End)));
            }
        }

        private static void Add(Dictionary<int, List<ClockRange>> target, int index, ClockRange range)
        {
            if (!target.TryGetValue(index, out var list))
            {
                target.Add(index, list = []);
            }

            list.Add(range);
        }
    }
}
