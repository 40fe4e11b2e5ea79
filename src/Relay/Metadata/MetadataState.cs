namespace Relay.Metadata;

/// <summary>Why this node leaves the metadata of documents alone. Thread-safe.</summary>
internal sealed class MetadataState
{
    private volatile string? offBecause;

    /// <summary>One sentence; nothing while it does not.</summary>
    public string? OffBecause
    {
        get => offBecause;
        set => offBecause = value;
    }
}
