using Relay.Persistence.Metadata;

namespace Relay.Api.Answers;

/// <summary>Some connections of a document.</summary>
/// <param name="Connections">The latest first.</param>
/// <param name="Next">The cursor of the page after this one; null when this is the last.</param>
internal sealed record ConnectionList(IReadOnlyList<ConnectionRow> Connections, string? Next);
