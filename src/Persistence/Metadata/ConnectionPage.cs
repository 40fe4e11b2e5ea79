namespace Relay.Persistence.Metadata;

/// <summary>Some connections of a room.</summary>
/// <param name="Connections">The latest first.</param>
/// <param name="Next">The cursor of the page after this one; nothing when this is the last.</param>
public sealed record ConnectionPage(IReadOnlyList<ConnectionRow> Connections, string? Next);
