using Relay.Sessions;

namespace Relay.Protocols.Hocuspocus;

/// <summary>What came for documents that are not open yet, bounded for the whole socket: nobody has shown a token for it. Not thread-safe.</summary>
internal sealed class PendingDocuments
{
    public const int MaxDocuments = 100;
    public const int MaxMessages = 1000;
    public const long MaxBytes = 5 << 20;

    private readonly Dictionary<string, List<DocumentMessage>> documents = [];
    private int messages;
    private long bytes;

    /// <summary>Keeps a message; false if that would be too much, and then it is not kept.</summary>
    public bool TryAdd(string address, in DocumentMessage message)
    {
        if (messages == MaxMessages || bytes + message.Bytes > MaxBytes)
        {
            return false;
        }

        if (!documents.TryGetValue(address, out var kept))
        {
            if (documents.Count == MaxDocuments)
            {
                return false;
            }

            documents.Add(address, kept = []);
        }

        // Each came in a frame of its own, and is taken on its own.
        kept.Add(message with { Frame = kept.Count });
        messages++;
        bytes += message.Bytes;
        return true;
    }

    /// <summary>Hands out what was kept for an address, in order, and forgets it.</summary>
    public IReadOnlyList<DocumentMessage> Take(string address)
    {
        if (!documents.Remove(address, out var kept))
        {
            return [];
        }

        messages -= kept.Count;
        bytes -= kept.Sum(m => (long)m.Bytes);
        return kept;
    }
}
