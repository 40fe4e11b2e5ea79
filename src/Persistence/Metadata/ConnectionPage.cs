namespace Relay.Persistence.Metadata;

/// <summary>One page of a document's connections.</summary>
/// <param name="Connections">The latest first.</param>
/// <param name="Next">The cursor of the page after this one; null when this is the last.</param>
public sealed record ConnectionPage(IReadOnlyList<ConnectionRow> Connections, string? Next);
