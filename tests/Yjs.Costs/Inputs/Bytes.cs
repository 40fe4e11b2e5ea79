namespace Relay.Yjs.Costs;

/// <summary>Puts updates and their like together.</summary>
internal static class Bytes
{
    /// <summary>An update of the clients' structs, which are used up, and of deleted clocks.</summary>
    public static byte[] Update(IReadOnlyCollection<StructWriter> clients, params IReadOnlyCollection<(ulong Client,
        List<(long Clock, long Length)> Ranges)> deletes)
    {
        using var update = new Lib0Writer();
        update.WriteVarUint((ulong)clients.Count);
        foreach (var client in clients)
        {
            client.WriteTo(update);
            client.Dispose();
        }

        update.WriteVarUint((ulong)deletes.Count);
        foreach (var (client, ranges) in deletes)
        {
            update.WriteVarUint(client);
            update.WriteVarUint((ulong)ranges.Count);
            foreach (var (clock, length) in ranges)
            {
                update.WriteVarUint((ulong)clock);
                update.WriteVarUint((ulong)length);
            }
        }

        return update.ToArray();
    }

    public static byte[] Delete(ulong client, long clock, long length) => Update([], (client, [(clock, length)]));

    public static byte[] StateVector(IReadOnlyCollection<ulong> clients)
    {
        using var vector = new Lib0Writer();
        vector.WriteVarUint((ulong)clients.Count);
        foreach (var client in clients)
        {
            vector.WriteVarUint(client);
            vector.WriteVarUint(1);
        }

        return vector.ToArray();
    }

    public static byte[] Awareness(IReadOnlyCollection<ulong> clients)
    {
        using var update = new Lib0Writer();
        update.WriteVarUint((ulong)clients.Count);
        foreach (var client in clients)
        {
            update.WriteVarUint(client);
            update.WriteVarUint(1);
            update.WriteVarBytes("1"u8);
        }

        return update.ToArray();
    }

    /// <summary>Every second of so many clocks.</summary>
    public static List<(long Clock, long Length)> EverySecond(int count) =>
        [.. Enumerable.Range(0, count / 2).Select(i => (2L * i, 1L))];
}
