using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>What the log follower asks the other parts of its session, and tells them.</summary>
internal interface ILogFollowerSession
{
    /// <summary>Whether the document is in memory, as a whole.</summary>
    bool IsOpen { get; }

    /// <summary>The entry of this session that is in flight; null if there is none.</summary>
    InFlightAppend? InFlight { get; }

    /// <summary>The newest snapshot that the log was seen to hold.</summary>
    Position Covered { get; }

    /// <summary>The entry in flight is in the log and in the document.</summary>
    /// <param name="diff">What of it the document did not have.</param>
    void Settle(ReadOnlyMemory<byte> diff);

    /// <summary>The document has changed.</summary>
    void OnChanged();

    /// <summary>Sends the connections what the document did not have.</summary>
    void Deliver(ReadOnlyMemory<byte> diff);

    /// <summary>An entry was applied, and its change sent.</summary>
    void OnApplied(int bytes);

    /// <summary>The document goes on in the history that a reconcile has put together.</summary>
    /// <param name="state">What is stored.</param>
    /// <param name="diff">What of it the document did not have.</param>
    /// <param name="lacking">What of the document is not stored.</param>
    void OnRebased(DurableState state, ReadOnlyMemory<byte> diff, ReadOnlyMemory<byte> lacking);

    /// <summary>The document follows its log again: appends go on.</summary>
    void OnReconciled();

    /// <summary>A read or a reconcile has ended: requests, saves and leaving go on.</summary>
    void OnLookEnded();

    /// <summary>A reconcile failed, and is tried again.</summary>
    void OnReconcileFailed(RefusalReason reason);

    /// <summary>The document cannot be followed any further: the session ends.</summary>
    void Fail(RefusalReason reason);
}
