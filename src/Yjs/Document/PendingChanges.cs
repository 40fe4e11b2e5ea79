namespace Relay.Yjs;

/// <summary>
/// How many changes wait for a collection, which goes through the whole document, and whether one is due: when as much
/// has come as is there, so that it costs each update a constant share.
/// </summary>
internal sealed class PendingChanges
{
    /// <summary>Updates and deletes that may wait for a collection even in the smallest document.</summary>
    private const int SmallestCollection = 256;

    private int count;
    private long sizeAfterCollection;

    /// <summary>A struct or a deleted range came.</summary>
    public void Add() => count++;

    /// <summary>Whether a collection is due with so many more changes.</summary>
    public bool IsCollectionDue(long changes) => count + changes > Math.Max(SmallestCollection, sizeAfterCollection);

    /// <summary>What the collection costs that falls due with so many more changes; 0 if none does.</summary>
    public long StepsOfCollection(int changes) => IsCollectionDue(changes) ? count + changes + sizeAfterCollection : 0;

    /// <summary>The document was collected.</summary>
    /// <param name="size">How much the next collection has to go through.</param>
    public void OnCollected(long size) => (count, sizeAfterCollection) = (0, size);

    /// <summary>Deletes clocks of a client.</summary>
    /// <param name="client">The client.</param>
    /// <param name="start">The first clock.</param>
    /// <param name="end">The clock after the last.</param>
    /// <param name="mayCut">False if there are no structs at these clocks yet, or they are deleted as a whole.</param>
    public void Delete(ClientBlocks client, long start, long end, bool mayCut = true)
    {
        if (client.TryDelete(start, end, mayCut))
        {
            count++;
        }
    }
}
