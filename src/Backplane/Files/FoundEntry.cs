using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>An entry's record as a start found it.</summary>
internal readonly record struct FoundEntry(Position Position, Position Before, long Time,
    RecordPlace Place, bool IsIntact);
