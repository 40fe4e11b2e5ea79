namespace Relay.Sessions;

/// <summary>What all contents of a kind have in common. Thread-safe.</summary>
internal interface IContentKind
{
    /// <summary>An update without changes.</summary>
    ReadOnlyMemory<byte> EmptyUpdate { get; }

    /// <summary>The state vector of an empty copy.</summary>
    ReadOnlyMemory<byte> EmptyStateVector { get; }

    /// <summary>A content to which no update was applied.</summary>
    IContent Create();

    /// <summary>Makes one update, the payload of an entry, of several.</summary>
    /// <param name="updates">In any order; at least one.</param>
    /// <param name="merged">What says the same.</param>
    /// <param name="error">Why one of them is refused.</param>
    bool TryMerge(IReadOnlyList<ReadOnlyMemory<byte>> updates, out byte[] merged, out ContentError error);
}
