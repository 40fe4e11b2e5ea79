namespace Relay.Sessions;

/// <summary>What the lifecycle asks the other parts of its session, and tells them.</summary>
internal interface ILifecycleSession
{
    /// <summary>Whether requests wait for an answer of this session, which stays as long as they do.</summary>
    bool HasRequests { get; }

    /// <summary>
    /// Whether a call is under way, or an update waits for its append: <see cref="SessionLifecycle.Advance"/> is called
    /// when that has ended.
    /// </summary>
    bool IsBusy { get; }

    /// <summary>The session is live, or live again: connections that are not served yet are to be.</summary>
    void OnLive();

    /// <summary>The session begins to drain.</summary>
    void OnDraining();

    /// <summary>
    /// Saves what must be before the session may leave.
    /// </summary>
    /// <returns>
    /// True if all of it is stored; otherwise <see cref="SessionLifecycle.Advance"/> is called when it may be.
    /// </returns>
    bool TrySaveAll();

    /// <summary>Removes the session from its node, unless a connection is about to join it.</summary>
    bool TryRetire();

    /// <summary>
    /// The session failed: it is removed from its node, and gives up its connections and requests.
    /// </summary>
    void OnFailed(RefusalReason reason);

    /// <summary>The session is over: what it holds on this node is freed.</summary>
    void OnClosed();

    /// <summary>Frees what the session holds outside of this node. On any thread; called once, last of all.</summary>
    ValueTask ReleaseAsync(CancellationToken cancellation);

    /// <summary>Everything is freed: the next session of the document may load.</summary>
    void OnFreed();
}
