namespace Relay.Yjs;

/// <summary>
/// The state vector that a document had before its last updates, which are taken away from it one after another, the last
/// one first.
/// </summary>
public sealed class PastStateVector(YDocument document)
{
    private readonly Dictionary<ClientKey, long> clocks = [];

    /// <summary>Goes back before an update that brought what was new in it, and no more.</summary>
    /// <param name="update">A valid update, in format V1.</param>
    /// <exception cref="ArgumentException">It does not read.</exception>
    public void Remove(ReadOnlyMemory<byte> update)
    {
        var decoded = DecodedUpdate.Rent();
        if (!UpdateDecoder.TryDecode(update.Span, decoded, out var error))
        {
            throw new ArgumentException(error.ToString(), nameof(update));
        }

        var walk = new UpdateWalk(decoded, update.Span);
        while (walk.NextSection())
        {
            var structs = walk.NextStructs();
            if (structs.IsEmpty)
            {
                continue;
            }

            var first = structs[0].Clock;
            clocks[walk.Client] = clocks.TryGetValue(walk.Client, out var clock) ? Math.Min(clock, first) : first;
            while (!walk.NextStructs().IsEmpty)
            {
            }
        }

        decoded.Return();
    }

    /// <summary>The state vector now, clients in descending order.</summary>
    public byte[] Encode() => document.EncodeStateVector(clocks);
}
