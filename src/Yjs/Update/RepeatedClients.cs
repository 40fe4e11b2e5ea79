namespace Relay.Yjs;

/// <summary>
/// Looks for a client that an update lists twice, once the update was read and its clients were found not to be in
/// order. Takes eight bytes for each client, and no table whose cost depends on the ids.
/// </summary>
internal static class RepeatedClients
{
    /// <summary>Among the structs.</summary>
    public static bool AreAmongStructs(DecodedUpdate update, ReadOnlySpan<byte> bytes)
    {
        var clients = new ulong[update.SectionTotal];
        if (update.IsWhole)
        {
            for (var i = 0; i < clients.Length; i++)
            {
                clients[i] = update.Sections[i].Client;
            }

            return HasTwice(clients);
        }

        update.Replay.Begin(bytes);
        for (var i = 0; i < clients.Length; i++)
        {
            update.Replay.NextSection(bytes, out clients[i]);
            while (!update.Replay.NextStructs(bytes).IsEmpty)
            {
            }
        }

        return HasTwice(clients);
    }

    /// <summary>In the delete set, which was read to its end before.</summary>
    public static bool AreAmongDeletes(ReadOnlySpan<byte> deletes)
    {
        var reader = new Lib0Reader(deletes);
        var clients = new ulong[reader.ReadVarUint()];
        for (var i = 0; i < clients.Length; i++)
        {
            clients[i] = reader.ReadVarUint();
            for (var left = reader.ReadVarUint(); left > 0; left--)
            {
                WorkMeter.Count();
                reader.ReadVarUint();
                reader.ReadVarUint();
            }
        }

        return HasTwice(clients);
    }

    private static bool HasTwice(ulong[] clients)
    {
        Array.Sort(clients);
        WorkMeter.Count(clients.Length);
        for (var i = 1; i < clients.Length; i++)
        {
            if (clients[i] == clients[i - 1])
            {
                return true;
            }
        }

        return false;
    }
}
