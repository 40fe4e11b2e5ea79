namespace Relay.Sessions;

/// <summary>
/// Updates that a client sends before its first SyncStep2, and that build on structs which only the SyncStep2 will
/// bring: what its user typed offline. They wait for it, so that all of it becomes one entry. Logged alone, such an
/// update would have its deletes take effect at the other clients before its insertions, and their editors would repair
/// what they see. Belongs to the session's mailbox.
/// </summary>
internal sealed class EarlyUpdates
{
    private Queue<MessageFrame>? held;
    private bool isOver;

    /// <summary>What the connection has sent that did not have to wait; the log may not have it yet.</summary>
    private ITakenUpdates? taken;

    /// <summary>Whether frames wait.</summary>
    public bool IsHolding => held is not null;

    /// <summary>Whether no frame has to wait any more.</summary>
    public bool IsOver => isOver;

    /// <summary>Holds a frame that has to wait; returns false if it has not.</summary>
    /// <param name="frame">The next frame of the connection.</param>
    /// <param name="document">What is logged.</param>
    public bool TryHold(in MessageFrame frame, IContent document)
    {
        if (isOver || frame.Has(DocumentMessageKind.SyncStep2))
        {
            return false;
        }

        // The answer to a marker says that everything before it is logged.
        var mustWait = held is not null
            && (frame.Has(DocumentMessageKind.Update) || frame.Has(DocumentMessageKind.Marker));
        for (var i = frame.First; i < frame.End && !mustWait; i++)
        {
            var message = frame.Messages[i];
            mustWait = message.Kind == DocumentMessageKind.Update && !document.HasPastOf(message.Payload, taken);
        }

        if (mustWait)
        {
            (held ??= new()).Enqueue(frame);
        }

        return mustWait;
    }

    /// <summary>
    /// Notes an update that did not have to wait and was taken: later ones may build on them.
    /// </summary>
    /// <param name="update">The update, after all checks of what it brings.</param>
    /// <param name="extent">What it covers, if all of it is new and its extent is known.</param>
    /// <param name="document">What is logged.</param>
    public void Took(ReadOnlyMemory<byte> update, in InputExtent extent, IContent document)
    {
        if (!isOver)
        {
            (taken ??= document.Taken()).Add(extent, update, document);
        }
    }

    /// <summary>The SyncStep2 has come, or is not waited for any longer: returns what waited, in order.</summary>
    public IEnumerable<MessageFrame> End()
    {
        isOver = true;
        var waited = held ?? [];
        held = null;
        taken = null;
        return waited;
    }
}
