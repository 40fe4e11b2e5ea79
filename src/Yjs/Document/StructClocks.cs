namespace Relay.Yjs;

/// <summary>
/// At which clocks of which clients updates have brought structs, without the structs themselves. Not thread-safe.
/// </summary>
public sealed class StructClocks
{
    private readonly Dictionary<ClientKey, ClockRanges> clients = [];

    /// <summary>How many ranges of clocks are kept, at most.</summary>
    public int Count => clients.Values.Sum(ranges => ranges.Count);

    /// <summary>Adds the structs of an update that a document does not have.</summary>
    /// <param name="update">In format V1. One that does not read adds none.</param>
    /// <param name="document">The document.</param>
    public void AddNews(ReadOnlyMemory<byte> update, YDocument document)
    {
        var decoded = DecodedUpdate.Rent();
        if (UpdateDecoder.TryDecode(update.Span, decoded, out _))
        {
            var walk = new UpdateWalk(decoded, update.Span);
            while (walk.NextSection())
            {
                WorkMeter.Count();
                for (var structs = walk.NextStructs(); !structs.IsEmpty; structs = walk.NextStructs())
                {
                    foreach (ref readonly var parsed in structs)
                    {
                        WorkMeter.Count();
                        if (!document.Tables.Clients.Covers(walk.Client, parsed.Clock, parsed.End))
                        {
                            Add(walk.Client, parsed.Clock, parsed.End);
                        }
                    }
                }
            }
        }

        decoded.Return();
    }

    /// <summary>
    /// Adds the structs of an update that a document does not have. Reads the update only if its extent is not known.
    /// </summary>
    /// <param name="extent">What the update covers, if it is all new and its extent is known.</param>
    /// <param name="update">In format V1.</param>
    /// <param name="document">The document.</param>
    public void AddNews(in UpdateExtent extent, ReadOnlyMemory<byte> update, YDocument document)
    {
        if (!extent.IsKnown)
        {
            AddNews(update, document);
        }
        else if (!extent.IsDeleted)
        {
            Add(extent.Client, extent.Start, extent.End);
        }
    }

    /// <summary>The first clock of a client from <paramref name="clock"/> on at which no struct came.</summary>
    internal long EndOfCovered(ulong client, long clock) =>
        clients.TryGetValue(client, out var ranges) ? ranges.EndOfCovered(clock) : clock;

    private void Add(ulong client, long start, long end)
    {
        if (!clients.TryGetValue(client, out var ranges))
        {
            clients.Add(client, ranges = new ClockRanges());
        }

        ranges.Add(start, end);
    }
}
