namespace Relay.Sessions;

/// <summary>
/// What an update covers, noted when it is read, so that it need not be read again to say that a content still has no
/// part of it. What the words mean is for the content alone; all zero, the extent is not known.
/// </summary>
internal readonly record struct InputExtent(ulong First, ulong Second, ulong Third);
