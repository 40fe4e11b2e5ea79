namespace Relay.Persistence.Metadata;

/// <summary>A connection's time at a document.</summary>
public sealed record ConnectionRow
{
    public required Guid Id { get; init; }

    /// <summary>The node, as <c>address#incarnation</c>.</summary>
    public required string Node { get; init; }

    /// <summary>The token's <c>sub</c>; null without a token.</summary>
    public string? UserId { get; init; }

    public required string Protocol { get; init; }

    public required DateTimeOffset OpenedAt { get; init; }

    /// <summary>Null while it lasts; the figures below are 0 until then.</summary>
    public DateTimeOffset? ClosedAt { get; init; }

    public long BytesIn { get; init; }

    public long BytesOut { get; init; }

    public long UpdatesIn { get; init; }

    public long UpdatesOut { get; init; }

    /// <summary>The close code, when a node ended it; 1006 when the node died.</summary>
    public int? CloseCode { get; init; }

    public string? CloseReason { get; init; }
}
