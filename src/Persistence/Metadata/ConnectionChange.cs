using Relay.Yjs;

namespace Relay.Persistence.Metadata;

/// <summary>The beginning of a connection's time at a document, its end, or both.</summary>
/// <param name="Id">Names that time; no other has the same.</param>
/// <param name="Room">The document.</param>
/// <param name="UserId">The token's <c>sub</c>; null without a token.</param>
/// <param name="Protocol">What it speaks, as in <c>y-websocket</c>.</param>
/// <param name="OpenedAt">When it began.</param>
/// <param name="IsNew">Whether the beginning is in no batch before.</param>
/// <param name="End">The end; null while the connection lasts.</param>
public sealed record ConnectionChange(Guid Id, DocumentName Room, string? UserId, string Protocol,
    DateTimeOffset OpenedAt, bool IsNew, ConnectionEnd? End);
