namespace Relay.Metadata;

/// <summary>Why this node keeps no metadata of documents. Thread-safe.</summary>
internal sealed class MetadataState
{
    private volatile string? offBecause;

    /// <summary>One sentence; null while metadata is kept.</summary>
    public string? OffBecause
    {
        get => offBecause;
        set => offBecause = value;
    }
}
