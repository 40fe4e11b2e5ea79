namespace Relay.Yjs;

/// <summary>Where a struct stands that should stand in a sequence; see <see cref="BlockContent.IsRun"/>.</summary>
internal enum RunPlace : byte
{
    NotLookedAt,
    Elsewhere,
    UnderKey,

    /// <summary>Its origin is neither in the document nor in the update.</summary>
    Unknown,
}
