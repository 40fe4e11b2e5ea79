namespace Relay.Sessions;

/// <summary>
/// Which unlogged updates take effect at once at a client that has the document: those that build on the document alone
/// and on others of them. What a client has had only in part from another node, and sends on, does not: its deletes
/// would show before its insertions. It is shown when it is logged. Belongs to the session's mailbox.
/// </summary>
/// <param name="content">The logged document.</param>
internal sealed class UnloggedPast(LoggedDocument content)
{
    private readonly ITakenUpdates taken = content.Document.Taken();

    /// <summary>Whether an update takes effect at once; then later ones may build on it.</summary>
    public bool TryAdd(ReadOnlyMemory<byte> update)
    {
        if (!content.Document.HasPastOf(update, taken))
        {
            return false;
        }

        taken.Add(default, update, content.Document);
        return true;
    }
}
