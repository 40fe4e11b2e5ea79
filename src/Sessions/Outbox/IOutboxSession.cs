using Relay.Backplane;
using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>What the outbox asks the other parts of its session, and tells them.</summary>
internal interface IOutboxSession
{
    /// <summary>Where the document stands in the log that is appended to.</summary>
    Position Position { get; }

    /// <summary>Whether appends may be sent: not while the session reconciles with another log.</summary>
    bool MaySend { get; }

    /// <summary>Whether the document is in memory, as a whole: before that no append begins.</summary>
    bool IsOpen { get; }

    /// <summary>The log has stored the entry in flight.</summary>
    void OnStored(in LoggedEntry entry);

    /// <summary>The log is another one than the session follows, or was begun by this append.</summary>
    void OnOtherLog();

    /// <summary>
    /// The entry in flight is in the log and in the document; its writers are acknowledged after this.
    /// </summary>
    void OnLogged();

    /// <summary>Sends the part of an entry of this session that the document did not have.</summary>
    void Deliver(ReadOnlyMemory<byte> diff);

    /// <summary>Shows an update that is not logged yet to all connections but its writer's.</summary>
    void ShowUnlogged(ReadOnlyMemory<byte> diff, Attachment? except);

    /// <summary>A connection is to be sent what it lacks.</summary>
    void Pump(Attachment attachment);

    /// <summary>The outbox goes on after an entry of this session was logged.</summary>
    void OnSettled();

    /// <summary>Whether it may take long to apply what is in flight, or to merge what waits.</summary>
    bool IsApplyLong();
}
