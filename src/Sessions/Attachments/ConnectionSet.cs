namespace Relay.Sessions;

/// <summary>The connections of one session, which are counted here. Belongs to the session's mailbox.</summary>
/// <param name="figures">What is known of the session's document, on any thread.</param>
internal sealed class ConnectionSet(RoomFigures figures)
{
    private readonly HashSet<Attachment> attached = [];

    public int Count => attached.Count;

    public void Add(Attachment attachment)
    {
        attached.Add(attachment);
        attachment.IsAttached = true;
        figures.Connections++;
        attachment.Activity?.Came();
    }

    public void Remove(Attachment attachment)
    {
        attached.Remove(attachment);
        attachment.IsAttached = false;
        figures.Connections--;
        attachment.Activity?.Went();
    }

    /// <summary>For a loop in which no connection comes or goes.</summary>
    public HashSet<Attachment>.Enumerator GetEnumerator() => attached.GetEnumerator();

    /// <summary>For a loop in which connections may go.</summary>
    public Attachment[] ToArray() => [.. attached];
}
