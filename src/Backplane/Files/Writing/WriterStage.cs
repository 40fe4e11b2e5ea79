namespace Relay.Backplane;

/// <summary>
/// What the log's one writer does. In <see cref="Working"/> and <see cref="Draining"/> exactly one thread is the
/// writer; it is the thread to which <see cref="WriterQueue"/> said so.
/// </summary>
/// <remarks>
/// <code>
///            request, sweep,    no work left   closed with     closed without
///            flush ended                       requests        requests
/// Idle       Working            -              Draining        Closed
/// Working    Working            Idle           Draining        Draining
/// Draining   refused            Closed         -               -
/// Closed     refused            -              -               -
/// </code>
/// A request leaves the stage Idle as long as appends have to wait for a flush.
/// </remarks>
internal enum WriterStage
{
    /// <summary>There is no writer. Requests wait only while appends have to wait for a flush.</summary>
    Idle,

    /// <summary>A thread writes groups, or cleans.</summary>
    Working,

    /// <summary>The log was closed: a thread writes what waits, and no more is accepted or cleaned.</summary>
    Draining,

    /// <summary>The log is closed, and every request has its answer.</summary>
    Closed,
}
