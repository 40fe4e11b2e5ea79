namespace Relay.Protocols;

/// <summary>
/// The message types of y-protocols (<c>y-protocols/sync.js</c>, <c>y-protocols/awareness.js</c>). y-websocket and
/// Hocuspocus number them alike, and add types of their own.
/// </summary>
internal static class SyncBytes
{
    /// <summary>A sync message: a step, and a buffer.</summary>
    public const byte Sync = 0;

    /// <summary>Presence: a buffer with an awareness update.</summary>
    public const byte Awareness = 1;

    /// <summary>A question for all presence; no payload.</summary>
    public const byte QueryAwareness = 3;

    /// <summary>A sync step: the buffer is a state vector.</summary>
    public const byte Step1 = 0;

    /// <summary>A sync step: the buffer is the update that answers a <see cref="Step1"/>.</summary>
    public const byte Step2 = 1;

    /// <summary>A sync step: the buffer is an update.</summary>
    public const byte Update = 2;
}
