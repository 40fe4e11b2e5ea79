using Relay.Connections;
using Relay.Yjs;

namespace Relay.Protocols;

/// <summary>
/// Counts a connection's presence that does not read. A little of it is dropped; more than a client can send for what
/// others say is the client's own fault, and ends its access. Not thread-safe.
/// </summary>
internal sealed class UnreadablePresence(TimeProvider time)
{
    /// <summary>So many messages a second are dropped in the long run.</summary>
    public const int PerSecond = 10;

    /// <summary>So many at once after a pause.</summary>
    public const int AtOnce = PerSecond * MessageRate.BurstSeconds;

    /// <summary>What is said in the log.</summary>
    public static readonly YjsError TooMuch = new("Presence that does not read came too often.", 0);

    private readonly MessageRate rate = new(PerSecond, time);
    private TimeSpan excess;

    /// <summary>Whether there was more of it than is dropped: the document is closed.</summary>
    public bool EndsDocument => excess > TimeSpan.Zero;

    /// <summary>Whether as much again came after that: the connection is closed, whatever else is open on it.</summary>
    public bool EndsConnection => excess > TimeSpan.FromSeconds(MessageRate.BurstSeconds);

    /// <summary>Counts messages that came together.</summary>
    public void Count(int messages) => excess = rate.Count(messages);
}
