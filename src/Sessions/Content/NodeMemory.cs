namespace Relay.Sessions;

/// <summary>
/// What the open documents of a node take in memory together, with their presence (<c>Limits:MaxOpenBytes</c>).
/// Thread-safe.
/// </summary>
/// <remarks>
/// When three quarters are taken, only documents that take less than an equal share of the last quarter may grow. So
/// the sum stays below the limit, and many large documents do not keep people from editing the small ones. Presence
/// stops at a half already: while much of it is taken, as much is under way of what is not.
/// </remarks>
internal sealed class NodeMemory(long maxBytes)
{
    private long used;
    private int documents;

    /// <summary>No limit, for sessions without a node.</summary>
    public static NodeMemory Unlimited { get; } = new(long.MaxValue);

    /// <summary>What all of them take, give or take a page for each.</summary>
    public long Used => Interlocked.Read(ref used);

    /// <summary>Whether no further document can be opened.</summary>
    public bool IsFull => Used >= maxBytes;

    /// <summary>A document takes part, with no bytes yet.</summary>
    public MemoryShare Open()
    {
        Interlocked.Increment(ref documents);
        return new MemoryShare(this);
    }

    /// <summary>Whether a document may grow.</summary>
    /// <param name="own">What it takes now.</param>
    /// <param name="growth">By how much.</param>
    public bool Allows(long own, long growth) => Allows(own, growth, maxBytes / 4 * 3);

    /// <summary>Whether the presence at a document may grow.</summary>
    /// <param name="own">What the document takes now.</param>
    /// <param name="growth">By how much.</param>
    public bool AllowsPresence(long own, long growth) => Allows(own, growth, maxBytes / 2);

    /// <summary>Whether so much more fits, for any document.</summary>
    public bool HasRoom(long growth) => Used + growth <= maxBytes;

    public void Take(long bytes) => Interlocked.Add(ref used, bytes);

    public void Close(long bytes)
    {
        Take(-bytes);
        Interlocked.Decrement(ref documents);
    }

    private bool Allows(long own, long growth, long common) =>
        Used + growth <= common || own + growth <= maxBytes / 4 / Math.Max(1, Volatile.Read(ref documents));
}
