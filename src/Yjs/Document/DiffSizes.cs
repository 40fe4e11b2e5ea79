namespace Relay.Yjs;

/// <summary>Into what sizes a diff is cut, in bytes.</summary>
/// <param name="MaxWhole">A diff of at most this size stays in one piece.</param>
/// <param name="MaxPart">The largest part, but for the last and for a single value that cannot be cut.</param>
/// <param name="MaxLast">
/// How large the last part may be made to keep newer implementations of Yjs from showing earlier parts.
/// </param>
public readonly record struct DiffSizes(int MaxWhole, int MaxPart, int MaxLast);
