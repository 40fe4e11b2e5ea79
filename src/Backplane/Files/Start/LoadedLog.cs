using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>A log as a start found it.</summary>
internal sealed record LoadedLog(string Directory, List<Segment> Segments,
    Dictionary<DocumentName, IndexedDocument> Documents, long NextNumber);
