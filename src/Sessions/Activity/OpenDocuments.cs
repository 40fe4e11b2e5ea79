namespace Relay.Sessions;

/// <summary>
/// The documents that have connections, in the order of how many. A connection moves its document to the bucket beside
/// its own, which costs the same however many documents there are, and those with the most connections are found
/// without a look at the others. Thread-safe.
/// </summary>
internal sealed class OpenDocuments
{
    private readonly Lock gate = new();
    private ConnectionBucket? highest;
    private ConnectionBucket? lowest;
    private int count;
    private long moves;

    /// <summary>How many documents have connections.</summary>
    public int Count => Volatile.Read(ref count);

    /// <summary>Is different after each change.</summary>
    public long Moves => Volatile.Read(ref moves);

    /// <summary>A document has so many connections now. Called by its session alone.</summary>
    public void Move(RoomFigures document, int connections)
    {
        lock (gate)
        {
            var before = document.Bucket;
            if ((before?.Connections ?? 0) == connections)
            {
                return;
            }

            var next = connections > 0 ? FindOrAdd(connections, before) : null;
            before?.Remove(document);
            next?.Add(document);
            document.Bucket = next;
            if (before is { First: null })
            {
                Unlink(before);
            }

            Volatile.Write(ref count, count + (next is null ? 0 : 1) - (before is null ? 0 : 1));
            moves++;
        }
    }

    /// <summary>Adds so many documents to a list: those with the most connections, highest first.</summary>
    /// <returns>How many documents have connections at that moment.</returns>
    public int CopyHighest(List<RoomFigures> into, int most)
    {
        lock (gate)
        {
            var left = most;
            for (var bucket = highest; bucket is not null && left > 0; bucket = bucket.Lower)
            {
                for (var document = bucket.First; document is not null && left > 0; document = document.After)
                {
                    into.Add(document);
                    left--;
                }
            }

            return count;
        }
    }

    /// <summary>Looks from the document's bucket on, or from the lowest: mostly one step.</summary>
    private ConnectionBucket FindOrAdd(int connections, ConnectionBucket? from)
    {
        var higher = from ?? lowest;
        while (higher is not null && higher.Connections < connections)
        {
            higher = higher.Higher;
        }

        var lower = higher is null ? highest : higher.Lower;
        while (lower is not null && lower.Connections >= connections)
        {
            (higher, lower) = (lower, lower.Lower);
        }

        if (higher?.Connections == connections)
        {
            return higher;
        }

        var added = new ConnectionBucket(connections) { Higher = higher, Lower = lower };
        if (higher is null)
        {
            highest = added;
        }
        else
        {
            higher.Lower = added;
        }

        if (lower is null)
        {
            lowest = added;
        }
        else
        {
            lower.Higher = added;
        }

        return added;
    }

    private void Unlink(ConnectionBucket bucket)
    {
        if (bucket.Higher is { } higher)
        {
            higher.Lower = bucket.Lower;
        }
        else
        {
            highest = bucket.Lower;
        }

        if (bucket.Lower is { } lower)
        {
            lower.Higher = bucket.Higher;
        }
        else
        {
            lowest = bucket.Higher;
        }
    }
}
