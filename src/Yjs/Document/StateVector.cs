namespace Relay.Yjs;

/// <summary>What somebody has of a document: per client, the clock before which he lacks nothing (<c>yjs/src/utils/encoding.js</c>, <c>readStateVector</c>).</summary>
internal sealed class StateVector
{
    private readonly Dictionary<ulong, long> clocks = [];

    public static StateVector Empty { get; } = new();

    public long ClockOf(ulong client) => clocks.Count == 0 ? 0 : clocks.GetValueOrDefault(client);

    /// <summary>Reads a whole state vector, or says why not: cut off, a client listed twice, trailing bytes.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, out StateVector stateVector, out YjsError error)
    {
        stateVector = new StateVector();
        var reader = new Lib0Reader(bytes);
        var count = reader.ReadVarUint();
        for (ulong i = 0; i < count && !reader.Failed; i++)
        {
            var start = reader.Position;
            var client = reader.ReadVarUint();
            var clock = (long)reader.ReadVarUint();
            if (!reader.Failed && !stateVector.clocks.TryAdd(client, clock))
            {
                reader.FailAt("A client is listed twice in the state vector.", start);
            }
        }

        if (!reader.Failed && !reader.AtEnd)
        {
            reader.Fail("Bytes follow the state vector.");
        }

        error = reader.Error;
        return !reader.Failed;
    }
}
