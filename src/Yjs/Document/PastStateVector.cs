namespace Relay.Yjs;

/// <summary>
/// The state vector that a document had before its last updates, which are taken away from it one after another, the
/// last one first.
/// </summary>
public sealed class PastStateVector(YDocument document)
{
    private readonly Dictionary<ClientKey, long> clocks = [];

    /// <summary>Goes back before an update that brought what was new in it, and no more.</summary>
    public void Remove(UpdateStarts update)
    {
        foreach (var (client, first) in update.All)
        {
            WorkMeter.Count();
            clocks[client] = clocks.TryGetValue(client, out var clock) ? Math.Min(clock, first) : first;
        }
    }

    /// <summary>The state vector now, clients in descending order.</summary>
    public byte[] Encode() => new UpdateEncoder(document.Tables).EncodeStateVector(clocks);
}
