using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>Where an entry stands that the log still holds.</summary>
internal readonly record struct HeldEntry(EntryId Id, Segment Segment, uint At, int Length);
