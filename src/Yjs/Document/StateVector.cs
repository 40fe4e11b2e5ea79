namespace Relay.Yjs;

/// <summary>
/// What somebody has of a document: per client, the clock before which he lacks nothing
/// (<c>yjs/src/utils/encoding.js</c>, <c>readStateVector</c>). Kept as two sorted lists, which take no more than eight
/// times the bytes on the wire, however clients and clocks are chosen.
/// </summary>
internal sealed class StateVector
{
    /// <summary>The fewest bytes of an entry: one for the client, one for its clock.</summary>
    private const int SmallestEntry = 2;

    private ulong[] clients = [];
    private long[] clocks = [];

    public static StateVector Empty { get; } = new();

    public long ClockOf(ulong client)
    {
        if (clients.Length == 0)
        {
            return 0;
        }

        WorkMeter.Count();
        var found = Array.BinarySearch(clients, client);
        return found < 0 ? 0 : clocks[found];
    }

    /// <summary>Reads a whole state vector, or says why not: cut off, a client listed twice, trailing bytes.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, out StateVector stateVector, out YjsError error)
    {
        stateVector = new StateVector();
        var reader = new Lib0Reader(bytes);
        var count = reader.ReadVarUint();
        if (!reader.Failed && count > (ulong)(reader.Remaining / SmallestEntry))
        {
            reader.FailAt("A declared count exceeds the input.", 0);
        }

        if (!reader.Failed && count > 0)
        {
            stateVector.Read(ref reader, (int)count);
        }

        if (!reader.Failed && !reader.AtEnd)
        {
            reader.Fail("Bytes follow the state vector.");
        }

        error = reader.Error;
        return !reader.Failed;
    }

    private void Read(ref Lib0Reader reader, int count)
    {
        (clients, clocks) = (new ulong[count], new long[count]);
        var descends = true;
        for (var i = 0; i < count && !reader.Failed; i++)
        {
            WorkMeter.Count();
            (clients[i], clocks[i]) = (reader.ReadVarUint(), (long)reader.ReadVarUint());
            descends &= i == 0 || clients[i] < clients[i - 1];
        }

        if (reader.Failed)
        {
            return;
        }

        if (descends)
        {
            // As Yjs writes them.
            clients.AsSpan().Reverse();
            clocks.AsSpan().Reverse();
            return;
        }

        Array.Sort(clients, clocks);
        for (var i = 1; i < count; i++)
        {
            if (clients[i] == clients[i - 1])
            {
                reader.FailAt("A client is listed twice in the state vector.", 0);
                return;
            }
        }
    }
}
