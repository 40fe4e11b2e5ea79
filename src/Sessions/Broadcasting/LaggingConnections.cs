namespace Relay.Sessions;

/// <summary>
/// Notes what a connection has that is too slow for the entries it still has to be sent: these are dropped, and it gets
/// one diff from there instead. Belongs to the session's mailbox.
/// </summary>
/// <param name="connections">All connections of the session.</param>
/// <param name="content">The logged document.</param>
/// <param name="log">The entries that some connection still has to be sent.</param>
internal sealed class LaggingConnections(ConnectionSet connections, LoggedDocument content, DeliveryLog log)
{
    /// <summary>
    /// Notes the state vectors of the connections that were not sent all entries before number <paramref
    /// name="start"/>, which are about to be dropped. Exactly, since their diff may have to come in parts.
    /// </summary>
    /// <param name="start">The number of the first entry that stays.</param>
    /// <param name="newest">An entry that is in the document already and not in the log.</param>
    public void LeaveBehind(long start, DeliveredEntry newest)
    {
        List<DeliveryState>? lagging = null;
        foreach (var attachment in connections)
        {
            if (attachment is { IsServed: true, Delivery.IsBehind: false } && attachment.Delivery.Cursor < start)
            {
                (lagging ??= []).Add(attachment.Delivery);
            }
        }

        if (lagging is null)
        {
            return;
        }

        var past = content.Document.Past();
        newest.RemoveFrom(past);
        var at = log.End;
        foreach (var state in lagging.OrderByDescending(state => state.Cursor))
        {
            while (at > state.Cursor)
            {
                log[--at].RemoveFrom(past);
            }

            state.Base = past.EncodeStateVector();
        }
    }
}
