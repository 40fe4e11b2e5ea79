namespace Relay.Yjs;

/// <summary>
/// Where copies go: after one id and before another, both as the sequence stands now, or into a type that has nothing
/// in it yet.
/// </summary>
/// <param name="Origin">The id after which they come; nothing at the start.</param>
/// <param name="Right">The id before which they come; nothing at the end.</param>
/// <param name="Parent">The id of the item that holds the type; nothing for a root type.</param>
/// <param name="Root">The root type's name, where there is no such item.</param>
/// <param name="Key">The key, for an entry of one.</param>
internal readonly record struct CopyPlace(
    (ulong Client, long Clock)? Origin, (ulong Client, long Clock)? Right, (ulong Client, long Clock)? Parent,
        ReadOnlyMemory<byte> Root, ReadOnlyMemory<byte>? Key);
