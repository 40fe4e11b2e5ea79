namespace Relay.Sessions;

/// <summary>
/// Where a mailbox runs. A node's scheduler knows its socket loops; a simulation puts its own in and decides the order
/// from its seed. A scheduler runs <see cref="Mailbox.Drain"/> exactly once for each call, and never two drains of one
/// mailbox at a time (a mailbox asks only once until it was drained).
/// </summary>
internal interface ISessionScheduler
{
    /// <summary>
    /// The mailbox was idle and has work; the caller allows that it is done on its own thread before this returns.
    /// </summary>
    void Run(Mailbox mailbox);

    /// <summary>
    /// Whether the calling thread must not be kept long: others wait for it. A long message is then left to
    /// <see cref="Queue"/>.
    /// </summary>
    bool IsHurried { get; }

    /// <summary>The mailbox has work that must not be done on the calling thread.</summary>
    void Queue(Mailbox mailbox);

    /// <summary>
    /// The mailbox was idle and has work that must not be done before the call returns. The thread may do it later.
    /// </summary>
    void Defer(Mailbox mailbox);
}
