using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>An entry's record as a start found it.</summary>
/// <param name="Position">The entry's position.</param>
/// <param name="Before">The position before it.</param>
/// <param name="Time">When it was written first.</param>
/// <param name="Place">Where it stands.</param>
/// <param name="IsIntact">Whether its bytes are those that were written.</param>
/// <param name="Refusal">Why this version does not understand it, or null.</param>
internal readonly record struct FoundEntry(Position Position, Position Before, long Time,
    RecordPlace Place, bool IsIntact, string? Refusal);
